#!/usr/bin/env python3
"""Faults that need a hand between the worker and its servers.  After each, the checker must find
nothing."""
import os
import signal
import sys
import time

from commit_proxy import CommitProxy
from rig import TRANSACTION_TIMEOUT_MS, Failure, main, wait_until

EVENTS = 1500
ROUNDS = 4


def finish(site, *workers):
    site.drain()
    for worker in workers:
        worker.terminate()
    site.check("--drained")


def commit_answer_lost(rig, mode, server_acts):
    """Several times in one stream; each time it is proven that the server had acted, or had not."""
    site = rig.site(f"lost-{mode}", settings={"batch.max": "50"})
    proxy = CommitProxy(rig.postgres.directory, site.decided)
    site.postgres_directory = proxy.directory
    site.feed(EVENTS)
    worker = site.worker()
    for number in range(ROUNDS):
        proxy.arm(mode)
        site.feed(400, skip=EVENTS + 400 * number)
        wait_until("the answer is lost", lambda: len(proxy.seen) > number, 20)
        site.drain()
    finish(site, worker)
    proxy.close()
    if proxy.seen != [(mode, server_acts)] * ROUNDS:
        raise Failure(f"the server did otherwise: {proxy.seen}")
    return f"{ROUNDS} answers lost, the server had {'' if server_acts else 'not '}committed"


def commit_never_arrived(rig):
    return commit_answer_lost(rig, "before", False)


def commit_done_unheard(rig):
    return commit_answer_lost(rig, "after", True)


def commit_comes_late(rig):
    return commit_answer_lost(rig, "late", True)


def disk_full(rig):
    """PostgreSQL has no room (53100) for a while: the worker waits, buries nothing, and goes on."""
    site = rig.site("full")
    site.sql("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
             " $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$")
    site.feed(EVENTS)
    worker = site.worker()
    wait_until("some records are decided", lambda: site.decided() > 100, 20)
    site.sql("CREATE TRIGGER no_room BEFORE INSERT ON restage.clinical_event"
             " FOR EACH STATEMENT EXECUTE FUNCTION no_room()")
    site.feed(EVENTS, skip=EVENTS)
    wait_until("the log names the SQLSTATE", lambda: "53100" in worker.log(), 20)
    time.sleep(4)
    before = site.decided()
    time.sleep(1)
    if site.decided() != before:
        raise Failure("records are decided although nothing can be stored")
    site.sql("DROP TRIGGER no_room ON restage.clinical_event")
    finish(site, worker)


def broker_frozen(rig):
    """Every answer of the broker is late by more than the transaction's time limit."""
    site = rig.site("brokerfrozen")
    site.feed(EVENTS)
    worker = site.worker(settings={"batch.max": "50"})
    wait_until("some records are decided", lambda: site.decided() > 200, 20)
    pid = int(open(os.path.join(rig.kafka.directory, "server.pid")).read())
    os.kill(pid, signal.SIGSTOP)
    time.sleep(2 * TRANSACTION_TIMEOUT_MS / 1000)
    os.kill(pid, signal.SIGCONT)
    site.feed(EVENTS, skip=EVENTS)
    finish(site, worker)


def worker_frozen_past_its_session(rig):
    """Frozen at no particular place, several times, while another one takes over."""
    site = rig.site("frozen", settings={"batch.max": "50"})
    site.feed(EVENTS)
    first, second = site.worker("a"), site.worker("b")
    for number in range(ROUNDS):
        wait_until("something is decided", lambda: site.decided() > 100 * number, 20)
        victim = (first, second)[number % 2]
        victim.signal(signal.SIGSTOP)
        site.feed(500, skip=EVENTS + 500 * number)
        time.sleep(3.5)
        victim.signal(signal.SIGCONT)
    finish(site, first, second)


TESTS = {test.__name__: test for test in (
    commit_never_arrived, commit_done_unheard, commit_comes_late, disk_full, broker_frozen,
    worker_frozen_past_its_session)}

if __name__ == "__main__":
    sys.exit(main(TESTS))
