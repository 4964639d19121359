#!/usr/bin/env python3
"""ops/postgres and ops/kafka themselves: several at once, killed and started again on their data, and
gone without a trace when their owner is killed."""
import os
import pathlib
import subprocess
import sys
import time

from rig import OPS, Failure, Server, run, wait_until


def start_with_owner(script):
    """A server whose owner is a process that we can kill: owner, directory, address."""
    owner = subprocess.Popen(["sleep", "600"])
    out = run(OPS / script, "start", "--owner", owner.pid).stdout.splitlines()
    return owner, out[0], out[1]


def server_pid(directory):
    return int(pathlib.Path(directory, "server.pid").read_text())


def is_alive(pid):
    """A zombie is not alive: in a container nobody may be there to bury it."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone_with_their_owner():
    for script in ("postgres", "kafka"):
        owner, directory, _ = start_with_owner(script)
        pid = server_pid(directory)
        if not is_alive(pid):
            raise Failure(f"{script} does not run")
        owner.kill()
        owner.wait()
        wait_until(f"{script} ends with its owner",
                   lambda: not is_alive(pid) and not os.path.exists(directory), 15)


def several_postgres_that_keep_their_data():
    servers = [Server("postgres") for _ in range(3)]
    for number, server in enumerate(servers):
        server.do("psql", "-d", "postgres", "-c",
                  f"CREATE TABLE kept AS SELECT {number} AS n")
    for server, command in zip(servers, ("kill", "down", "kill")):
        server.do(command)
        server.do("up")
    for number, server in enumerate(servers):
        found = server.do("psql", "-d", "postgres", "-Atc", "SELECT n, current_setting('fsync'),"
                          " current_setting('server_encoding') FROM kept").stdout.strip()
        if found != f"{number}|on|UTF8":
            raise Failure(f"server {number} says {found}")
        server.stop()
        if os.path.exists(server.directory):
            raise Failure(f"{server.directory} is left")


def two_kafkas_that_keep_their_data():
    servers = [Server("kafka") for _ in range(2)]
    if servers[0].address == servers[1].address:
        raise Failure("two brokers at one address")
    for server in servers:
        server.do("topics", "2")
        run(OPS / "kafka-admin", server.address, "commit", "g", "restage.imaging", "1", "7", "note")
    for server, command in zip(servers, ("kill", "down")):
        server.do(command)
        begun = time.monotonic()
        server.do("up")
        print(f"kafka up again {time.monotonic() - begun:.1f} s after {command}")
    for server in servers:
        found = run(OPS / "kafka-admin", server.address, "offsets", "g").stdout
        if found != "restage.imaging\t1\t7\tnote\n":
            raise Failure(f"the broker at {server.address} says {found!r}")
        server.stop()


def main():
    for test in (gone_with_their_owner, several_postgres_that_keep_their_data,
                 two_kafkas_that_keep_their_data):
        begun = time.monotonic()
        test()
        print(f"ok   {test.__name__} ({time.monotonic() - begun:.1f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
