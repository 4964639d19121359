"""A proxy before PostgreSQL that loses the answer of a COMMIT, as a network does.

    before  the COMMIT never arrives: the connection is cut instead
    after   the server has committed: the connection is cut instead of the answer
    late    the client is cut, and a second later the COMMIT arrives all the same
"""
import os
import socket
import tempfile
import threading
import time

# How the protocol shows it: a Bind of the prepared statement "commit", and its completion.
COMMIT_SENT = b"\0commit\0"
COMMIT_DONE = b"COMMIT\0"
SOCKET = ".s.PGSQL.5432"
LATE_S = 1.0


class CommitProxy:
    """Listens in a directory of its own; arm() it for the next COMMIT that comes along."""

    def __init__(self, server_directory):
        self.server = os.path.join(server_directory, SOCKET)
        self.directory = tempfile.mkdtemp(prefix="restage-proxy.")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(self.directory, SOCKET))
        self.listener.listen()
        self.lock = threading.Lock()
        self.mode, self.lost = None, 0
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, mode):
        with self.lock:
            self.mode = mode

    def take(self, *modes):
        """The armed mode, if it is one of these; it is armed no more."""
        with self.lock:
            mode = self.mode
            if mode not in modes:
                return None
            self.mode = None
            self.lost += 1
            return mode

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.server)
            except OSError:
                client.close()
                continue
            threading.Thread(target=self.to_server, args=(client, server), daemon=True).start()
            threading.Thread(target=self.to_client, args=(client, server), daemon=True).start()

    def to_server(self, client, server):
        for data in chunks(client):
            mode = self.take("before", "late") if COMMIT_SENT in data else None
            if mode == "late":
                cut(client)
                time.sleep(LATE_S)
                send(server, data)
                time.sleep(LATE_S)
            if mode is not None:
                break
            if not send(server, data):
                break
        cut(client)
        cut(server)

    def to_client(self, client, server):
        for data in chunks(server):
            if COMMIT_DONE in data and self.take("after"):
                break
            if not send(client, data):
                # The client was cut; the server may still be told something.
                continue
        cut(client)
        cut(server)

    def close(self):
        self.listener.close()
        os.unlink(os.path.join(self.directory, SOCKET))
        os.rmdir(self.directory)


def chunks(source):
    while True:
        try:
            data = source.recv(1 << 20)
        except OSError:
            return
        if not data:
            return
        yield data


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
