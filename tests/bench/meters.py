"""What the bench reads off running processes: metrics, processor time, memory, buffers, WAL."""
import json
import os
import pathlib
import re
import time
import urllib.request

import rig

TICKS = os.sysconf("SC_CLK_TCK")


def stat_of(pid):
    """The fields of /proc/PID/stat after the name, or None."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def cpu_s(pid, with_children=False):
    """Processor seconds of a process; with its children, those that ended included."""
    own = stat_of(pid)
    if own is None:
        return 0.0
    ticks = int(own[11]) + int(own[12])
    if with_children:
        ticks += int(own[13]) + int(own[14])
        for entry in os.listdir("/proc"):
            child = stat_of(entry) if entry.isdigit() else None
            if child and child[1] == str(pid):
                ticks += int(child[11]) + int(child[12])
    return ticks / TICKS


def rss_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))


class Metrics:
    """The metrics of one worker."""

    def __init__(self, address):
        self.address = address

    def read(self):
        """Name with labels -> value; nothing while the worker does not answer."""
        try:
            with urllib.request.urlopen(f"http://{self.address}/metrics", timeout=2) as answer:
                text = answer.read().decode()
        except OSError:
            return {}
        lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in lines}

    def total(self, name):
        return sum(v for k, v in self.read().items() if k.split("{")[0] == name)

    def processed(self):
        """Events that are decided; what the last batch publishes may still be on its way."""
        return self.total("restage_events_processed_total")


class Servers:
    """Processor time, buffers and WAL of the servers, as differences since the last look."""

    def __init__(self, servers, database):
        self.servers, self.database = servers, database
        self.kafka_pid = self.pid(servers.kafka)
        self.postgres_pid = self.pid(servers.postgres)
        self.last = self.look()

    @staticmethod
    def pid(server):
        return int(pathlib.Path(server.directory, "server.pid").read_text())

    def look(self):
        row = self.servers.sql("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'),"
                               " blks_hit + blks_read, blks_read FROM pg_stat_database"
                               f" WHERE datname = '{self.database}'")[0]
        return {"wal": float(row[0]), "buffers": float(row[1]), "read": float(row[2]),
                "kafka_cpu": cpu_s(self.kafka_pid),
                "postgres_cpu": cpu_s(self.postgres_pid, with_children=True)}

    def since(self):
        now = self.look()
        difference = {key: now[key] - self.last[key] for key in now}
        self.last = now
        return difference


class Load:
    """One worker that drains what was fed: its rate, and what it cost."""

    def __init__(self, site, settings=None, port=9700):
        self.site = site
        self.address = f"127.0.0.1:{port}"
        values = {"batch.max": "500", "session.timeout": "10s", "http.listen": self.address}
        values.update(settings or {})
        self.metrics = Metrics(self.address)
        self.worker = site.worker("a", settings=values)
        self.changes = []  # (time, processed) whenever it grew
        self.cpu = 0.0

    def wait(self, events, sample=None):
        """Until so many events are processed, at the latest when 100 per second should be."""
        deadline = time.monotonic() + 60 + events / 100
        while not self.changes or self.changes[-1][1] < events:
            processed = self.metrics.processed()
            now = time.monotonic()
            if processed > 0 and (not self.changes or self.changes[-1][1] != processed):
                self.changes.append((now, processed))
            if not self.worker.is_running() or now > deadline:
                raise rig.Failure(f"processed {processed} of {events}\n{self.worker.tail()}")
            if sample is not None:
                sample(now, processed)
            time.sleep(0.03)  # each look costs the worker a millisecond

    def rate(self):
        """Events per second from the first batch seen to the last."""
        (begun, first), (ended, last) = self.changes[0], self.changes[-1]
        return (last - first) / (ended - begun) if ended > begun else 0.0

    def steps(self):
        """Seconds per step over all batches, and records per batch."""
        values = self.metrics.read()
        steps = {k.split('"')[1]: v for k, v in values.items()
                 if k.startswith("restage_step_duration_seconds_sum")}
        count = values.get("restage_batch_records_count", 0)
        return steps, values.get("restage_batch_records_sum", 0) / max(count, 1)

    def stop(self):
        self.cpu = cpu_s(self.worker.process.pid)
        self.worker.terminate()


def bench(name, *arguments, timeout=900):
    """Run one of the bench's programs; its line of JSON."""
    out = rig.run(rig.BINARIES / "tests" / "bench" / name, *arguments, timeout=timeout).stdout
    return json.loads(out)
