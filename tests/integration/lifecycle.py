#!/usr/bin/env python3
"""A worker's life on real servers: restarts, signals, servers that go away and come back, and two
workers that should not be two.  After each, the checker must find nothing."""
import os
import pathlib
import signal
import sys
import time

from crash_matrix import reach
from rig import PAGES, Failure, main, wait_until

EVENTS = 1500
POSTGRES_AWAY_S = 30


def fed(rig, name, **options):
    site = rig.site(name, **options)
    site.feed(EVENTS)
    return site


def finish(site, *workers):
    site.drain()
    for worker in workers:
        worker.terminate()
    site.check("--drained")


def restart_in_an_open_transaction(rig):
    """Killed with records produced and not committed: reads again within 2 s of its restart."""
    site = rig.site("restart")
    site.feed(EVENTS)
    reach(site.worker(crash="after-produced", count=4), "kill")
    before = site.decided()
    worker = site.worker()
    wait_until("records are decided again", lambda: site.decided() > before, 30, 0.01)
    took = time.monotonic() - worker.started
    finish(site, worker)
    if took > 2:
        raise Failure(f"reading again only {took:.2f} s after the restart")
    return f"reads again {took:.2f} s after the restart"


def terminated_under_load(rig):
    site = fed(rig, "term")
    worker = site.worker()
    wait_until("some records are decided", lambda: site.decided() > 100, 30)
    begun = time.monotonic()
    worker.terminate()
    took = time.monotonic() - begun
    if "unclean_ends" in worker.log():
        raise Failure(f"a clean end is logged as unclean\n{worker.tail()}")
    finish(site, site.worker())
    return f"ended {took:.2f} s after SIGTERM"


def terminated_twice(rig):
    site = fed(rig, "twice")
    worker = site.worker()
    wait_until("some records are decided", lambda: site.decided() > 100, 30)
    worker.signal(signal.SIGTERM)
    worker.signal(signal.SIGTERM)
    begun = time.monotonic()
    worker.wait("does not end after two SIGTERM", 5)
    site.workers.remove(worker)  # it says by its exit code that it was not given the time
    took = time.monotonic() - begun
    finish(site, site.worker())
    return f"ended {took:.2f} s after the second SIGTERM"


def postgres_away(rig):
    """Shut down for 30 s, then killed with -9, under load: the lane waits and keeps its place in the
    group, so that nobody is to be waited for when PostgreSQL is back."""
    site = fed(rig, "pgaway", settings=PAGES)
    worker = site.worker()
    wait_until("some records are decided", lambda: site.decided() > 100, 30)
    rig.postgres.do("down")
    time.sleep(POSTGRES_AWAY_S)
    ready, live = worker.page("/readyz")[0], worker.page("/livez")[0]
    if (ready, live) != (503, 200):
        raise Failure(f"without PostgreSQL /readyz says {ready} and /livez {live}")
    rig.postgres.do("up")
    begun = time.monotonic()
    site.feed(EVENTS, skip=EVENTS)
    wait_until("more records are decided", lambda: site.decided() > EVENTS, 60)
    took = time.monotonic() - begun
    rebalances = worker.metrics()["restage_kafka_rebalances_total"]
    if rebalances != 1:
        raise Failure(f"the group has assigned partitions {rebalances} times\n{worker.tail()}")
    rig.postgres.do("kill")
    time.sleep(1)
    rig.postgres.do("up")
    finish(site, worker)
    return f"going on {took:.1f} s after PostgreSQL is back"


def backends_ended(rig):
    site = fed(rig, "backend")
    worker = site.worker(settings={"batch.max": "50"})
    for _ in range(6):
        time.sleep(0.15)
        rig.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                f" WHERE datname = '{site.database}' AND pid <> pg_backend_pid()")
    finish(site, worker)


def backend_killed_in_a_batch(rig):
    """kill -9 of the backend while the lane's transaction is open: PostgreSQL then restarts all."""
    site = fed(rig, "batch")
    worker = site.worker(crash="after-claim", action="stop", count=4)
    reach(worker, "stop")
    backends = site.sql("SELECT pid, state FROM pg_stat_activity WHERE datname ="
                        f" '{site.database}' AND application_name = 'restage a.0'")
    if [state for _, state in backends] != ["idle in transaction"]:
        raise Failure(f"the lane's backend is not in the middle of a batch: {backends}")
    before, starts = site.decided(), postgres_starts(rig)
    os.kill(int(backends[0][0]), signal.SIGKILL)
    wait_until("PostgreSQL is back", lambda: postgres_starts(rig) > starts, 60, 0.2)
    if site.decided() != before:
        raise Failure("a batch was committed that nobody ended")
    worker.signal(signal.SIGCONT)
    finish(site, worker)


def postgres_starts(rig):
    """How often the server has said that it is ready."""
    log = pathlib.Path(rig.postgres.directory, "log").read_text(errors="replace")
    return log.count("ready to accept connections")


def broker_restarted(rig):
    site = fed(rig, "broker")
    worker = site.worker()
    wait_until("some records are decided", lambda: site.decided() > 100, 30)
    rig.kafka.do("down")
    rig.kafka.do("up")
    site.feed(EVENTS, skip=EVENTS)
    wait_until("more records are decided", lambda: site.decided() > EVENTS + 100, 60)
    rig.kafka.do("kill")
    rig.kafka.do("up")
    finish(site, worker)


def join_and_leave(rig, name, **settings):
    """Three workers on three partitions each topic, one after the other, under load."""
    site = fed(rig, name, settings=settings)
    first = site.worker("a")
    wait_until("some records are decided", lambda: site.decided() > 100, 30)
    second = site.worker("b")
    site.feed(EVENTS, skip=EVENTS)
    third = site.worker("c")
    wait_until("all three have partitions",
               lambda: all("partition-assigned" in w.log() for w in (first, second, third)), 20)
    site.feed(EVENTS, skip=2 * EVENTS)
    second.terminate()
    site.feed(EVENTS, skip=3 * EVENTS)
    third.kill()
    finish(site, first)


def workers_join_and_leave(rig):
    join_and_leave(rig, "join")


def dynamic_members_join_and_leave(rig):
    join_and_leave(rig, "dynamic", **{"static.membership": "false"})


def same_instance(rig, name, **settings):
    """Only one of two workers with the same name goes on; the other one stops and names it."""
    site = fed(rig, name, settings=settings)
    first = site.worker("a")
    wait_until("some records are decided", lambda: site.decided() > 100, 30)
    second = site.worker("a")
    site.feed(EVENTS, skip=EVENTS)
    code = first.wait("the worker that was replaced goes on", 30)
    if code == 0 or "instance" not in first.log():
        raise Failure(f"ended with {code} and does not name the instance\n{first.tail()}")
    site.workers.remove(first)
    finish(site, second)


def same_instance_twice(rig):
    same_instance(rig, "same")


def same_instance_twice_without_static_membership(rig):
    """The group takes both as members: the producer that was initialised later fences the first."""
    same_instance(rig, "samedynamic", **{"static.membership": "false"})


def topic_that_comes_later(rig):
    """A topic was missing, is made, and the worker is restarted while the group still knows it by its
    name: it must not be given the partitions of before, with none of the new topic."""
    site = rig.site("late", settings={"session.timeout": "6s"})
    site.clinical = f"{site.name}-late.clinical"
    worker = site.worker()
    wait_until("partitions are assigned", lambda: "partition-assigned" in worker.log(), 20)
    worker.terminate()
    rig.admin("create", site.partitions, site.clinical, "message.timestamp.type=LogAppendTime")
    worker = site.worker()
    site.feed(EVENTS, prefix=f"{site.name}-late", one_topic=1)
    site.drain()
    took = time.monotonic() - worker.started
    worker.terminate()
    worker = site.worker()
    site.feed(EVENTS, skip=EVENTS, prefix=f"{site.name}-late", one_topic=1)
    wait_until("more records are decided", lambda: site.decided() > EVENTS, 30, 0.02)
    again = time.monotonic() - worker.started
    finish(site, worker)
    return f"all read {took:.1f} s after the restart, {again:.1f} s after another one"


def control_records_are_passed_when_idle(rig):
    """Nothing comes but the end of a transaction that a killed worker had begun: the positions move
    past its control records all the same, else retention could overtake them."""
    seldom, often = {"review.interval": "1h"}, {"review.interval": "200ms"}
    site = rig.site("control", create_time=True)
    site.feed(300, days_ago=90, patients=60)
    worker = site.worker(settings=seldom)
    site.drain()
    worker.terminate()
    reach(site.worker(crash="after-reviews-produced", delay_ms=100, settings=often), "kill")
    before = site.decided()
    worker = site.worker(settings=seldom)
    site.wait_for_stable_outputs()
    wait_until("every position is at the end of its log",
               lambda: all(p == site.ends()[key] for key, (p, _) in site.positions().items()), 15)
    passed = site.decided() - before
    if passed == 0:
        raise Failure("there were no control records")
    finish(site, worker)
    return f"{passed} offsets without a record"


TESTS = {test.__name__: test for test in (
    restart_in_an_open_transaction, terminated_under_load, terminated_twice, postgres_away,
    backends_ended, backend_killed_in_a_batch, broker_restarted, workers_join_and_leave,
    dynamic_members_join_and_leave, same_instance_twice,
    same_instance_twice_without_static_membership, topic_that_comes_later,
    control_records_are_passed_when_idle)}

if __name__ == "__main__":
    sys.exit(main(TESTS))
