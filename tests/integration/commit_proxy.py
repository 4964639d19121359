"""A proxy before PostgreSQL that loses the answer of a COMMIT, as a network does.

    before  the COMMIT never arrives: the connection is cut instead
    after   the server has committed: the connection is cut instead of the answer
    late    the client is cut, and a second later the COMMIT arrives all the same

What became of each is known: `seen` holds (mode, whether the server has committed), the latter by its
answer, or for COMMITs that never arrive by a look at the database before the client is cut.
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

    def __init__(self, server_directory, look):
        self.look, self.seen = look, []
        self.server = os.path.join(server_directory, SOCKET)
        self.directory = tempfile.mkdtemp(prefix="restage-proxy.")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(self.directory, SOCKET))
        self.listener.listen()
        self.lock = threading.Lock()
        self.mode = None
        self.holding = False  # a client that is to notice nothing yet
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, mode):
        with self.lock:
            self.mode = mode

    def take(self):
        """The armed mode, if there is one; it is armed no more."""
        with self.lock:
            mode, self.mode = self.mode, None
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
            ends = (client, server, [])
            threading.Thread(target=self.to_server, args=ends, daemon=True).start()
            threading.Thread(target=self.to_client, args=ends, daemon=True).start()

    def to_server(self, client, server, lost):
        for data in chunks(client):
            mode = self.take() if COMMIT_SENT in data else None
            if mode == "before":
                self.holding = True
                before = self.look()
                cut(server)
                self.seen.append((mode, self.look() != before))
                self.holding = False
                break
            if mode is not None:
                lost.append(mode)
            if mode == "late":
                cut(client)
                time.sleep(LATE_S)
                send(server, data)
                time.sleep(LATE_S)
                break
            if not send(server, data):
                break
        cut(client)
        cut(server)

    def to_client(self, client, server, lost):
        for data in chunks(server):
            if COMMIT_DONE in data and lost:
                self.seen.append((lost.pop(), True))
                break
            # When the client was cut, the server may still be told something.
            send(client, data)
        if not self.holding:
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
