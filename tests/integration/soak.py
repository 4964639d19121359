#!/usr/bin/env python3
"""Random faults under random load, for as long as you like; the checker judges at the end.

    ops/soak [--minutes N] [--seed S] [--rate EVENTS_PER_SECOND]

The same seed (RESTAGE_SEED, else 1) draws the same faults in the same order.  Prints each fault
with the time after which records were decided again, and at the end events, faults survived, losses
and duplicates.
"""
import argparse
import collections
import random
import signal
import sys
import threading
import time

from crash_matrix import points
from rig import SEED, Failure, Rig, wait_until

PATIENTS = 2000
CHUNK_S = 2
PAUSE_S = (1.0, 5.0)
PROGRESS_TIMEOUT_S = 90
INSTANCES = ("a", "b", "c")


class Load(threading.Thread):
    """Feeds in chunks until it is told to end."""

    def __init__(self, site, draw, rate):
        super().__init__(daemon=True)
        self.site, self.draw, self.rate = site, draw, rate
        self.over, self.failure, self.sent = threading.Event(), None, 0

    def run(self):
        while not self.over.is_set():
            begun = time.monotonic()
            events = int(self.rate * CHUNK_S * self.draw.uniform(0.2, 1.8))
            try:
                # Each chunk is a stream of its own: drawing all that came before would take longer.
                self.site.feed(events, seed=self.draw.randrange(1 << 40), patients=PATIENTS)
                self.sent += events
            except Failure as failure:
                self.failure = failure  # the broker was away; what was sent is in the log anyway
                self.site.fed = 0
            self.over.wait(max(0.0, CHUNK_S - (time.monotonic() - begun)))


class Soak:
    """The faults: each method brings one about and returns when the cause is over."""

    def __init__(self, rig, site, draw):
        self.rig, self.site, self.draw = rig, site, draw
        self.running = {}
        self.crash_points = points()

    def start(self, instance, **options):
        self.running[instance] = self.site.worker(instance, **options)

    def end(self, worker):
        """SIGTERM; a worker that reaches its point to freeze only now is thawed."""
        if worker.is_running():
            worker.signal(signal.SIGTERM)

        def ended():
            if worker.is_frozen():
                worker.signal(signal.SIGCONT)
            return not worker.is_running()
        wait_until(f"{worker.instance} ends after SIGTERM", ended, 30)
        if worker.process.returncode != 0:
            raise Failure(f"{worker.instance} ended with {worker.process.returncode}\n{worker.tail()}")

    def pick(self):
        return self.draw.choice(sorted(self.running))

    def fault_kill(self):
        instance = self.pick()
        self.running[instance].kill()
        self.start(instance)
        return f"kill {instance}"

    def fault_kill_and_wait(self):
        instance = self.pick()
        self.running.pop(instance).kill()
        time.sleep(self.draw.uniform(0.5, 4))
        self.start(instance)
        return f"kill {instance}, later restart"

    def fault_terminate(self):
        instance = self.pick()
        self.end(self.running[instance])
        self.start(instance)
        return f"terminate {instance}"

    def fault_freeze(self):
        instance, seconds = self.pick(), self.draw.uniform(0.5, 9)
        self.running[instance].signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.running[instance].signal(signal.SIGCONT)
        return f"freeze {instance} for {seconds:.1f} s"

    def fault_crash_point(self):
        instance, point = self.pick(), self.draw.choice(self.crash_points)
        self.running[instance].kill()
        self.start(instance, crash=point, count=self.draw.randrange(1, 6))
        time.sleep(3)
        self.running[instance].kill()
        self.start(instance)
        return f"crash {instance} at {point}"

    def fault_frozen_point(self):
        instance, point = self.pick(), self.draw.choice(self.crash_points)
        self.running[instance].kill()
        self.start(instance, crash=point, action="stop", count=self.draw.randrange(1, 6))
        time.sleep(self.draw.uniform(3, 9))
        self.running[instance].signal(signal.SIGCONT)
        return f"freeze {instance} at {point}"

    def fault_join_or_leave(self):
        absent = [i for i in INSTANCES if i not in self.running]
        if absent and (len(self.running) == 1 or self.draw.random() < 0.5):
            self.start(absent[0])
            return f"{absent[0]} joins"
        if len(self.running) > 1:
            instance = self.pick()
            self.end(self.running.pop(instance))
            return f"{instance} leaves"
        return "nobody leaves"

    def fault_backends(self):
        self.rig.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                     f" WHERE datname = '{self.site.database}'")
        return "kill PostgreSQL backends"

    def fault_postgres(self):
        how, seconds = self.draw.choice(("down", "kill")), self.draw.uniform(0.1, 6)
        self.rig.postgres.do(how)
        time.sleep(seconds)
        self.rig.postgres.do("up")
        return f"PostgreSQL {how} for {seconds:.1f} s"

    def fault_broker(self):
        how = self.draw.choice(("down", "kill"))
        self.rig.kafka.do(how)
        self.rig.kafka.do("up")
        return f"broker {how} and up"

    def faults(self):
        weights = {"kill": 4, "kill_and_wait": 2, "terminate": 2, "freeze": 4, "crash_point": 4,
                   "frozen_point": 4, "join_or_leave": 3, "backends": 2, "postgres": 1, "broker": 1}
        names = sorted(weights)
        return names, [weights[n] for n in names]

    def revive(self):
        """Workers that reach their crash point only now come back; none may end by itself."""
        for instance, worker in list(self.running.items()):
            code = worker.process.poll()
            if code is not None and code != -signal.SIGKILL:
                raise Failure(f"{instance} ended with {code}\n{worker.tail()}")
            if code is not None:
                self.start(instance)
            elif worker.is_frozen():
                worker.signal(signal.SIGCONT)

    def progress(self, fault):
        """Seconds until something is decided after now."""
        begun, before = time.monotonic(), self.site.decided()

        def look():
            self.revive()
            return self.site.decided() > before
        try:
            wait_until("records are decided", look, PROGRESS_TIMEOUT_S)
        except Failure as failure:
            tails = "\n".join(w.tail() for w in self.running.values())
            raise Failure(f"after {fault}: {failure}\n{tails}") from None
        return time.monotonic() - begun


def soak(rig, minutes, seed, rate):
    draw = random.Random(seed)
    site = rig.site("soak", settings={"batch.max": "500"})
    run = Soak(rig, site, draw)
    run.start("a")
    load = Load(site, random.Random(seed + 1), rate)
    load.start()
    survived, recovery = collections.Counter(), []
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        time.sleep(draw.uniform(*PAUSE_S))
        name = draw.choices(*run.faults())[0]
        text = getattr(run, "fault_" + name)()
        took = run.progress(text)
        survived[name] += 1
        recovery.append(took)
        print(f"{minutes * 60 - (end - time.monotonic()):6.0f} s  {text}: going on after "
              f"{took:.2f} s", flush=True)
    load.over.set()
    load.join()
    site.fed = min(site.fed, load.sent)
    settle(run)
    for worker in run.running.values():
        run.end(worker)
    summary = site.check("--drained", "--order-ok")
    recovery.sort()
    print(f"seed {seed}: {summary['inputs']} events, {sum(survived.values())} faults survived "
          f"{dict(survived)}, 0 losses, 0 duplicates, {summary['recommendations']} recommendations;"
          f" going on after p50 {recovery[len(recovery) // 2]:.2f} s, max {recovery[-1]:.2f} s")


def settle(run):
    """Wait until the positions rest: after a broker's death it is not known what was sent."""
    last = [None, 0.0]

    def rests():
        run.revive()
        now = run.site.positions()
        if now != last[0]:
            last[:] = [now, time.monotonic()]
        return time.monotonic() - last[1] > 5 and all(p == q for p, q in now.values())
    wait_until("the positions rest", rests, 300, 0.5)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--rate", type=float, default=600)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with Rig() as rig:
        try:
            soak(rig, options.minutes, options.seed, options.rate)
        except Failure as failure:
            print(f"FAIL seed {options.seed}: {failure}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
