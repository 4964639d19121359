"""A proxy before Kafka that tampers with the end of a transaction (EndTxn), as a network does.

    request-lost    the request never arrives: the connection is cut instead
    request-silent  the request never arrives, and the connection stays open: the client times out
    request-late    the client is cut, and a second later the request arrives all the same
    answer-lost     the broker has ended the transaction: the connection is cut instead of the answer
    answer-silent   the broker has ended it, and the answer never comes: the client times out
    answer-slow     the answer comes, later than a client should wait before it calls it uncertain

Requests and answers are matched by their correlation ids, so that what each armed round saw is
known: `seen` holds one (mode, error code of the broker's answer or None) per round.
"""
import socket
import struct
import threading
import time

END_TXN = 26
LATE_S = 1.0
SLOW_S = 2.0


class KafkaProxy:
    """Listens on a port of its own; arm() it for the next EndTxn that comes along."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.broker = None  # (host, port), known once the broker is up
        self.lock = threading.Lock()
        self.mode, self.seen = None, []
        threading.Thread(target=self.accept, daemon=True).start()

    def forward_to(self, address):
        host, port = address.rsplit(":", 1)
        self.broker = (host, int(port))

    def arm(self, mode):
        with self.lock:
            self.mode = mode

    def take(self):
        with self.lock:
            mode, self.mode = self.mode, None
            return mode

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.broker)
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(self, client, server)
            threading.Thread(target=connection.to_server, daemon=True).start()
            threading.Thread(target=connection.to_client, daemon=True).start()

    def close(self):
        self.listener.close()


class Connection:
    """One client's connection, frame by frame."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.tampered = {}  # correlation id -> mode

    def to_server(self):
        for frame in frames(self.client):
            api, _, correlation = struct.unpack_from(">hhi", frame, 4)
            mode = self.proxy.take() if api == END_TXN else None
            if mode == "request-silent":
                self.proxy.seen.append((mode, None))
                continue
            if mode == "request-lost":
                self.proxy.seen.append((mode, None))
                break
            if mode == "request-late":
                self.tampered[correlation] = mode
                cut(self.client)
                time.sleep(LATE_S)
                send(self.server, frame)
                time.sleep(LATE_S)
                break
            if mode is not None:
                self.tampered[correlation] = mode
            if not send(self.server, frame):
                break
        self.cut()

    def to_client(self):
        for frame in frames(self.server):
            (correlation,) = struct.unpack_from(">i", frame, 4)
            mode = self.tampered.pop(correlation, None)
            if mode is not None:
                self.proxy.seen.append((mode, error_of_answer(frame)))
            if mode == "answer-silent":
                continue
            if mode == "answer-lost":
                break
            if mode == "answer-slow":
                time.sleep(SLOW_S)
            if not send(self.client, frame) and not self.tampered:
                break
        self.cut()

    def cut(self):
        cut(self.client)
        cut(self.server)


def error_of_answer(frame):
    """Throttle time and error code follow the header, which ends with empty tags from version 3 on;
    which of both forms it is, the size says."""
    flexible = len(frame) - 4 == 4 + 1 + 4 + 2 + 1
    return struct.unpack_from(">h", frame, 4 + 4 + flexible + 4)[0]


def frames(source):
    """Whole messages, each with its size before it."""
    data = b""
    while True:
        while len(data) < 4 or len(data) < 4 + struct.unpack_from(">i", data)[0]:
            try:
                part = source.recv(1 << 18)
            except OSError:
                return
            if not part:
                return
            data += part
        size = 4 + struct.unpack_from(">i", data)[0]
        yield data[:size]
        data = data[size:]


def send(target, data):
    try:
        target.sendall(data)
        return True
    except OSError:
        return False


def cut(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
