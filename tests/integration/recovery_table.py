#!/usr/bin/env python3
"""Each row of the recovery table, brought about on real servers: what the worker then does, what
`restage positions` says, and that the checker finds nothing at the end."""
import signal
import sys
import time

from crash_matrix import reach
from rig import Failure, main, wait_until

EVENTS = 600


def run_to_rest(site, instance="a"):
    worker = site.worker(instance)
    site.drain()
    worker.terminate()
    return worker


def expect_row(worker, row):
    try:
        wait_until(f"row {row} of the recovery table", lambda: row in worker.log(), 20)
    except Failure as failure:
        raise Failure(f"{failure}\n{worker.tail()}") from None


def expect(condition, text):
    if not condition:
        raise Failure(text)


def fed_site(rig, name, **options):
    site = rig.site(name, create_time=True, **options)
    # One topic: then the order of each subject's events does not depend on how they are read.
    site.feed(EVENTS, one_topic=1, patients=50, bad=10)
    return site


def accept(site, topic, partition, offset):
    site.restage("positions", "accept", topic, partition, "--next", offset, "--by",
                 "integration test", "--reason", "brought about by a test")


def fresh(rig):
    site = fed_site(rig, "fresh")
    worker = run_to_rest(site)
    expect_row(worker, "first-start")
    site.check("--drained")


def usual_after_a_crash(rig):
    site = fed_site(rig, "usual")
    reach(site.worker(crash="after-store-commit", count=3), "kill")
    worker = run_to_rest(site)
    expect_row(worker, "usual")
    site.check("--drained")


def group_offsets_deleted(rig):
    site = fed_site(rig, "expired")
    # Killed with one batch published and not yet known as published: it will be there twice.
    reach(site.worker(crash="after-commit", count=3), "kill")
    for kind in ("pathology", "imaging", "clinical"):
        rig.admin("delete-offsets", site.group, site.topic(kind))
    worker = run_to_rest(site)
    expect_row(worker, "group-expired")
    summary = site.check("--drained", "--republished-ok")
    expect(summary["republished"] > 0, "nothing says restage-republished")
    return f"{summary['republished']} outputs said to be there twice"


def new_database(rig):
    site = fed_site(rig, "newdb")
    run_to_rest(site)
    before = site.check("--drained")
    site.database += "_new"
    site.make_database()
    site.feed(200, skip=EVENTS, one_topic=1, patients=50)
    worker = run_to_rest(site)
    expect_row(worker, "new-database")
    after = site.check("--drained")
    expect(after["recommendations"] > before["recommendations"], "nothing new was published")


def restored_from_a_dump(rig):
    site = fed_site(rig, "restored")
    run_to_rest(site)
    dump = rig.postgres.do("dump", site.database).stdout
    site.feed(300, skip=EVENTS, one_topic=1, patients=50)
    run_to_rest(site)
    site.database += "_old"
    rig.sql(f'CREATE DATABASE "{site.database}"')
    rig.postgres.do("psql", "-d", site.database, stdin=dump)
    site.feed(200, skip=EVENTS + 300, one_topic=1, patients=50)
    worker = site.worker()
    expect_row(worker, "restored")
    site.drain()
    reevaluated = wait_until(
        "events that ask for re-evaluation",
        lambda: int(site.sql("SELECT count(*) FROM restage.clinical_event"
                             " WHERE kind = 'reevaluate'")[0][0]), 20)
    site.drain()
    worker.terminate()
    site.check("--drained")
    return f"{reevaluated} subjects re-evaluated"


def moved_by_another_tool(rig):
    site = fed_site(rig, "moved")
    run_to_rest(site)
    topic = site.topic("clinical")
    position, before = site.positions()[topic, 1][0], site.decided()
    wait_until("the group is empty",
               lambda: try_commit(rig, site.group, topic, 1, position // 2), 20, 0.5)
    site.feed(200, skip=EVENTS, one_topic=1, patients=50)
    worker = site.worker()
    expect_row(worker, "refused-moved")
    wait_until("the other partitions go on",
               lambda: site.decided() > before + 60, 20)
    expect(site.positions()[topic, 1][0] == position, "a refused partition was read")
    shown = site.restage("positions", "show").stdout
    expect(topic in shown, f"positions show does not name {topic}:\n{shown}")
    accept(site, topic, 1, position)
    site.drain()
    worker.terminate()
    site.check("--drained")


def try_commit(rig, *arguments):
    try:
        rig.admin("commit", *arguments)
        return True
    except Failure:
        return False


def retention_overtook(rig):
    site = fed_site(rig, "gap")
    run_to_rest(site)
    topic = site.topic("clinical")
    position = site.positions()[topic, 0][0]
    site.feed(300, skip=EVENTS, one_topic=1, patients=50)
    rig.admin("delete-records", topic, 0, position + 40)
    worker = site.worker()
    expect_row(worker, "results-deleted-unread")
    log = worker.log()
    expect(str(position) in log and str(position + 39) in log and topic in log,
           f"the range [{position}, {position + 40}) of {topic} is not named:\n{worker.tail()}")
    expect(site.positions()[topic, 0][0] == position, "a refused partition was read")
    accept(site, topic, 0, position + 40)
    site.drain()
    worker.terminate()
    site.check("--drained")
    used = site.sql("SELECT count(*) FROM restage.position_decision WHERE used_at IS NOT NULL")
    expect(used == [["1"]], f"the decision is not recorded as used: {used}")


def retention_overtook_while_running(rig):
    """Frozen for less than its session, and records are deleted before it has asked for them."""
    site = fed_site(rig, "gaplive", settings={"session.timeout": "30s"})
    topic = site.topic("clinical")
    worker = site.worker()
    site.drain()
    worker.signal(signal.SIGSTOP)
    position = site.positions()[topic, 0][0]
    # Larger than what one fetch brings: that much is in the frozen worker's hands already.
    site.feed(8 * EVENTS, skip=EVENTS, one_topic=1, patients=50)
    end = site.ends()[topic, 0]
    rig.admin("delete-records", topic, 0, end - 10)
    worker.signal(signal.SIGCONT)
    expect_row(worker, "results-deleted-unread")
    reached = site.positions()[topic, 0][0]
    expect(position <= reached < end - 10, f"read up to {reached} although gone below {end - 10}")
    log = worker.log()
    expect(f"first_missing={reached}" in log and f"last_missing={end - 11}" in log,
           f"the range [{reached}, {end - 10}) is not named:\n{worker.tail()}")
    accept(site, topic, 0, end - 10)
    site.drain()
    worker.terminate()
    site.check("--drained")
    return f"[{reached}, {end - 10}) recorded as a gap"


def recreate(rig, site, topic):
    rig.admin("delete", topic)
    wait_until("the topic is made again",
               lambda: try_create(rig, topic), 20, 0.3)


def try_create(rig, topic):
    try:
        rig.admin("create", 3, topic, "message.timestamp.type=CreateTime",
                  "retention.ms=-1")
        return True
    except Failure:
        return False


def topic_made_again(rig, events, name, running=False):
    """Refused, while the other topics go on; under a new name the worker takes it up."""
    site = fed_site(rig, name)
    worker = site.worker()
    site.drain()
    if not running:
        worker.terminate()
    rows = site.sql("SELECT count(*) FROM restage.clinical_event")
    before = site.decided()
    recreate(rig, site, site.topic("clinical"))
    site.feed(events, seed=77, one_topic=1, patients=50)
    if not running:
        worker = site.worker()
    expect_row(worker, "refused-topic")
    time.sleep(1.5)
    expect(site.sql("SELECT count(*) FROM restage.clinical_event") == rows, "events were applied")
    expect(site.decided() == before, "positions have moved")
    site.feed(200, skip=EVENTS, patients=50)
    wait_until("the other topics go on", lambda: all(
        site.positions()[key][0] >= end for key, end in site.ends(("pathology", "imaging")).items()),
        20)
    worker.terminate()
    site.clinical = f"{site.name}-new.clinical"
    rig.admin("create", site.partitions, site.clinical, "message.timestamp.type=CreateTime")
    site.feed(200, skip=EVENTS + 200, prefix=f"{site.name}-new", one_topic=1, patients=50)
    run_to_rest(site)
    site.check("--drained")


def topic_made_again_shorter(rig):
    topic_made_again(rig, 30, "shorter")


def topic_made_again_longer(rig):
    topic_made_again(rig, 1500, "longer")


def topic_made_again_under_a_running_worker(rig):
    topic_made_again(rig, 30, "under", running=True)


TESTS = {test.__name__: test for test in (
    fresh, usual_after_a_crash, group_offsets_deleted, new_database, restored_from_a_dump,
    moved_by_another_tool, retention_overtook, retention_overtook_while_running,
    topic_made_again_shorter, topic_made_again_longer, topic_made_again_under_a_running_worker)}

if __name__ == "__main__":
    sys.exit(main(TESTS))
