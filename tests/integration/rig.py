"""Real servers for tests: one Kafka, one PostgreSQL, and on them any number of separate sites.

A Rig owns the servers; a Site is one set of topics, one database and one consumer group on them, so
that runs do not touch each other.  Standard library only.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPS = ROOT / "ops"
BINARIES = pathlib.Path(os.environ.get("RESTAGE_BINARIES", ROOT / "build" / "release"))
SEED = int(os.environ.get("RESTAGE_SEED", "1"))
PATIENCE = int(os.environ.get("RESTAGE_PATIENCE", "1"))  # for binaries that are slow by design
PARTITIONS = 3
SESSION_TIMEOUT_MS = 2000
TRANSACTION_TIMEOUT_MS = 6000
LOGIN = "site"  # by which workers and commands come: no owner of anything, no superuser
PAGES = {"http.listen": "127.0.0.1:0"}  # settings of a worker whose pages are read
INPUTS = ("pathology", "imaging", "clinical")
OUTPUTS = ("recommendations", "dead-letters")


class Failure(Exception):
    """A test has failed, for the reason given."""


def run(*command, check=True, stdin=None, timeout=120, env=None):
    """Run a command to its end; the answer has stdout, stderr and returncode."""
    answer = subprocess.run([str(c) for c in command], input=stdin, capture_output=True, text=True,
                            timeout=timeout, env=env)
    if check and answer.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}\nended with {answer.returncode}:\n"
                      f"{answer.stdout[-2000:]}{answer.stderr[-4000:]}")
    return answer


def wait_until(what, condition, timeout_s, pause_s=0.05):
    """Call condition until it is true; its answer.  Fails after timeout_s, saying what was awaited."""
    timeout_s *= PATIENCE
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Failure(f"after {timeout_s} s still waiting for: {what}")
        time.sleep(pause_s)


class Server:
    """Something that ops/kafka or ops/postgres started; gone with this process in any case."""

    def __init__(self, script, *settings):
        self.script = OPS / script
        out = run(self.script, "start", "--owner", os.getpid(), *settings).stdout.split("\n")
        self.directory, self.address = out[0], out[1]
        self.behind_proxy = out[2]  # of a Kafka that was started with --proxy

    def do(self, command, *arguments, **options):
        return run(self.script, command, self.directory, *arguments, **options)

    def stop(self):
        self.do("stop")


class Rig:
    """The two servers.  Use as a context: they end with it."""

    def __init__(self, kafka_options=(), postgres_settings=()):
        self.kafka = Server("kafka", *kafka_options, "log.index.size.max.bytes=1048576")
        self.postgres = Server("postgres", "max_connections=200", *postgres_settings)
        self.sql(f"CREATE ROLE {LOGIN} LOGIN")
        self.directory = tempfile.TemporaryDirectory(prefix="restage-rig.")
        self.count = 0
        self.processes = []  # of all workers: they end with the rig, also when a test has failed
        self.lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()
        self.kafka.stop()
        self.postgres.stop()
        self.directory.cleanup()

    def admin(self, *arguments):
        return run(OPS / "kafka-admin", self.kafka.address, *arguments).stdout

    def sql(self, text, database="postgres"):
        """Run SQL as the owner; rows as lists of text."""
        out = self.postgres.do("psql", "-d", database, "-At", "-F", "\t", "-c", text).stdout
        return [line.split("\t") for line in out.splitlines()]

    def site(self, name, **options):
        with self.lock:
            self.count += 1
            number = self.count
        return Site(self, f"t{number}-{name}", **options)


class Worker:
    """One `restage run`."""

    def __init__(self, site, instance, crash=None, action="kill", count=1, delay_ms=0,
                 deadly=None, settings=None):
        self.site, self.instance = site, instance
        self.log_path = site.directory / f"{instance}.{site.next_number()}.log"
        binary = BINARIES / "restage"
        env = site.environment()
        if crash is not None or deadly is not None:
            binary = BINARIES / "tests" / "integration" / "restage-crash"
        if deadly is not None:
            env.update(RESTAGE_CRASH_RECORD=deadly)
        if crash is not None:
            env.update(RESTAGE_CRASH_POINT=crash, RESTAGE_CRASH_ACTION=action,
                       RESTAGE_CRASH_COUNT=str(count), RESTAGE_CRASH_DELAY_MS=str(delay_ms))
        config = site.write_config(instance, settings or {})
        self.started = time.monotonic()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([str(binary), "run", "-c", str(config)], stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL, env=env)
        site.workers.append(self)
        site.rig.processes.append(self.process)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def is_running(self):
        return self.process.poll() is None

    def is_frozen(self):
        try:
            state = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        except FileNotFoundError:
            return False
        return state.rsplit(")", 1)[1].split()[0] == "T"

    def kill(self):
        if self.is_running():
            self.process.kill()
        return self.process.wait()

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, what, timeout_s):
        """Wait for its end; the exit code, negative for a signal."""
        try:
            return self.process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise Failure(f"{what}\n{self.tail()}") from None

    def terminate(self, timeout_s=20):
        """SIGTERM, and an exit code of 0 in time."""
        if not self.is_running():
            raise Failure(f"{self.instance} ended by itself with {self.process.returncode}\n"
                          f"{self.tail()}")
        self.signal(signal.SIGTERM)
        code = self.wait(f"{self.instance} does not end {timeout_s} s after SIGTERM", timeout_s)
        if code != 0:
            raise Failure(f"{self.instance} ended with {code} after SIGTERM\n{self.tail()}")

    def page(self, path):
        """Status and text of one of its pages; for a worker with http.listen on port 0."""
        address = wait_until("the log names the address of its pages",
                             lambda: re.search(r"127\.0\.0\.1:\d+", self.log()), 20)
        try:
            with urllib.request.urlopen(f"http://{address.group(0)}{path}", timeout=10) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metrics(self):
        """Every sample by its name with labels, as it is printed."""
        lines = self.page("/metrics")[1].splitlines()
        samples = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
        return {name: float(value) for name, value in samples}

    def tail(self, lines=25):
        return f"--- {self.log_path.name}\n" + "\n".join(self.log().splitlines()[-lines:])


class Site:
    """Topics, a database and a group of their own."""

    def __init__(self, rig, name, create_time=False, partitions=PARTITIONS, settings=None):
        self.rig, self.name, self.partitions = rig, name, partitions
        self.group = name
        self.database = name.replace("-", "_")
        self.directory = pathlib.Path(rig.directory.name) / name
        self.directory.mkdir()
        self.settings = dict(settings or {})
        self.clinical = None  # the topic that took the place of the first one, if one did
        self.kafka_address = rig.kafka.address
        self.postgres_directory = rig.postgres.directory
        self.workers, self.fed, self.number = [], 0, 0
        self.target = {}  # what has to be decided: the ends of the logs when they were fed last
        rig.kafka.do("topics", partitions, "--prefix", name, *(["--create-time"] * create_time))
        self.make_database()

    def make_database(self):
        self.rig.sql(f'CREATE DATABASE "{self.database}"')
        self.restage("migrate", "up", user="restage")
        with self.rig.lock:  # the roles are one for all databases: two grants at once fail
            self.sql(f"GRANT restage_worker TO {LOGIN}")

    def next_number(self):
        self.number += 1
        return self.number

    def topic(self, kind):
        if kind == "clinical" and self.clinical is not None:
            return self.clinical
        return f"{self.name}.{kind}"

    def conninfo(self, user=LOGIN):
        return f"host={self.postgres_directory} user={user} dbname={self.database}"

    def environment(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "RESTAGE_"))}
        env.setdefault("LSAN_OPTIONS", "detect_leaks=0")
        return env

    def write_config(self, instance, settings):
        values = {
            "kafka.bootstrap.servers": self.kafka_address,
            "postgres": self.conninfo(),
            "group": self.group,
            "instance": instance,
            "topic.pathology": self.topic("pathology"),
            "topic.imaging": self.topic("imaging"),
            "topic.clinical": self.topic("clinical"),
            "topic.recommendations": self.topic("recommendations"),
            "topic.dead_letters": self.topic("dead-letters"),
            "session.timeout": f"{SESSION_TIMEOUT_MS}ms",
            "transaction.timeout": f"{TRANSACTION_TIMEOUT_MS}ms",
            "batch.max": "100",
            "http.listen": "off",
        }
        values.update(self.settings)
        values.update(settings)
        path = self.directory / f"{instance}.properties"
        path.write_text("".join(f"{k} = {v}\n" for k, v in values.items() if v is not None))
        return path

    def restage(self, *arguments, check=True, stdin=None, instance="cli", before=(), user=LOGIN):
        """Run one restage command with this site's configuration."""
        env = self.environment()
        settings = {"postgres": self.conninfo(user)}
        env["RESTAGE_CONFIG"] = str(self.write_config(instance, settings))
        return run(*before, BINARIES / "restage", *arguments, "-c", env["RESTAGE_CONFIG"],
                   check=check, stdin=stdin, env=env)

    def feed(self, events, skip=0, seed=None, **options):
        arguments = ["--events", events, "--skip", skip, "--seed", SEED if seed is None else seed]
        for name, value in options.items():
            arguments += ["--" + name.replace("_", "-"), value]
        out = run(BINARIES / "tests" / "integration" / "restage-feed", "--bootstrap",
                  self.rig.kafka.address, "--prefix", self.name, *arguments).stdout
        self.fed += events
        self.target = self.ends()
        return json.loads(out)

    def worker(self, instance="a", **options):
        return Worker(self, instance, **options)

    def sql(self, text):
        return self.rig.sql(text, self.database)

    def positions(self):
        """(topic, partition) -> (P, Q)."""
        rows = self.sql("SELECT topic, partition, next_offset, published_offset"
                        " FROM restage.lane_position")
        return {(r[0], int(r[1])): (int(r[2]), int(r[3])) for r in rows}

    def committed(self):
        """(topic, partition) -> (K, metadata)."""
        lines = self.rig.admin("offsets", self.group).splitlines()
        rows = [line.split("\t") for line in lines]
        return {(r[0], int(r[1])): (int(r[2]), r[3]) for r in rows}

    def decided(self):
        return sum(p for p, _ in self.positions().values())

    def ends(self, kinds=INPUTS, request="ends"):
        """(topic, partition) -> the end of its log, unfinished transactions included."""
        rows = [line.split("\t") for line in self.rig.admin(
            request, self.partitions, *(self.topic(k) for k in kinds)).splitlines()]
        return {(r[0], int(r[1])): int(r[2]) for r in rows}

    def wait_for_stable_outputs(self):
        """Wait until no open transaction hides outputs.

        A worker that died with records produced, and whose place another instance took, leaves a
        transaction that only its timeout ends; readers of committed records see nothing behind it
        until then.
        """
        wait_until("outputs behind no open transaction",
                   lambda: self.ends(OUTPUTS) == self.ends(OUTPUTS, "stable-ends"),
                   TRANSACTION_TIMEOUT_MS / 1000 + 30)

    def is_drained(self):
        """All that was fed is decided, and every output has its source below K."""
        positions = self.positions()
        if any(end > positions.get(key, (0, 0))[0] for key, end in self.target.items()):
            return False
        committed = self.committed()
        inputs = ",".join(f"'{self.topic(k)}'" for k in INPUTS)
        rows = self.sql('SELECT topic, partition, max("offset") FROM (SELECT topic, partition,'
                        ' "offset" FROM restage.recommendation UNION ALL SELECT topic, partition,'
                        ' "offset" FROM restage.dead_letter) AS outputs'
                        f" WHERE topic IN ({inputs}) GROUP BY topic, partition")
        return all(int(r[2]) < committed.get((r[0], int(r[1])), (0, ""))[0] for r in rows)

    def drain(self, timeout_s=60):
        def look():
            for worker in self.workers:
                if worker.process.poll() not in (None, -signal.SIGKILL, 0):
                    raise Failure(f"{worker.instance} ended with {worker.process.returncode}\n"
                                  f"{worker.tail()}")
            return self.is_drained()
        try:
            wait_until("everything decided and published", look, timeout_s)
        except Failure as failure:
            tails = "\n".join(w.tail() for w in self.workers[-2:])
            raise Failure(f"{failure}\nfed {self.fed}, positions {self.positions()}\n{tails}"
                          ) from None

    def check(self, *options, database=None, violations=None):
        """Run the checker; its summary.  It must find nothing, or exactly one kind of violation."""
        self.wait_for_stable_outputs()
        conninfo = self.conninfo("restage").replace(f"dbname={self.database}",
                                                    f"dbname={database or self.database}")
        if self.clinical is not None:
            options += ("--clinical", self.clinical)
        answer = run(BINARIES / "tests" / "integration" / "restage-checker", "--bootstrap",
                     self.rig.kafka.address, "--conninfo", conninfo, "--group", self.group,
                     "--prefix", self.name, *options, check=False)
        if answer.returncode not in (0, 1):
            raise Failure(f"the checker could not look: {answer.stderr}")
        summary = json.loads(answer.stdout)
        found = summary["violations"]
        if violations is None and found:
            tails = "\n".join(w.tail(12) for w in self.workers[-3:])
            raise Failure(f"violations {found}\n{answer.stderr}\n{tails}")
        if violations is not None and violations not in found:
            raise Failure(f"the checker should have found {violations}, it found {found}")
        return summary

    def remove(self):
        """Free what the servers hold; the logs stay until the rig goes."""
        for worker in self.workers:
            worker.kill()
        self.rig.admin("delete", *(self.topic(k) for k in
                                   INPUTS + OUTPUTS))
        self.rig.sql(f'DROP DATABASE "{self.database}" WITH (FORCE)')


def main(tests, rig=Rig):
    """Run named tests on one rig, one after the other; those named in arguments, else all."""
    import sys
    import traceback
    failed = []
    wanted = sys.argv[1:] or list(tests)
    with rig() as servers:
        for name in wanted:
            begun = time.monotonic()
            try:
                note = tests[name](servers) or ""
                print(f"ok   {name} ({time.monotonic() - begun:.1f} s) {note}", flush=True)
            except Exception as failure:  # the next test can still tell something
                failed.append(name)
                text = failure if isinstance(failure, Failure) else traceback.format_exc()
                print(f"FAIL {name}: {text}", flush=True)
    print(f"{len(wanted) - len(failed)} of {len(wanted)} passed, seed {SEED}", flush=True)
    return 1 if failed else 0
