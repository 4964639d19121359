#!/usr/bin/env python3
"""Records that no worker can take: one of a megabyte that is no message, and one on which the worker
itself dies.  Each is buried, nothing else stands still for it, and the checker must find nothing."""
import json
import signal
import sys

from rig import BINARIES, Failure, main, run, wait_until

EVENTS = 800
MEGABYTE = 1_000_000
AUTHORITY = "urn:oid:1.2.276.0.76.4.1"  # of the patients that are fed
DEADLY = "deadly-source"
DEATHS_MAX = 6


def expect(condition, text):
    if not condition:
        raise Failure(text)


def dead_letters(site, code):
    return site.sql("SELECT dead_letter_id, octet_length(value), state FROM restage.dead_letter"
                    f" WHERE code = '{code}' AND parent_id IS NULL ORDER BY octet_length(value)")


def holds(site, patient):
    """How many open dead letters hold the subjects of one patient: one number per subject."""
    rows = site.sql("SELECT cardinality(holds) FROM restage.subject"
                    f" WHERE patient_value = '{patient}'")
    return [int(row[0]) for row in rows]


def megabyte_that_cannot_be_decoded(rig):
    """Too large to be published again: its dead letter says that PostgreSQL alone has the bytes."""
    site = rig.site("megabyte")
    site.feed(EVENTS, bad=0, patients=100)
    forge = BINARIES / "tests" / "integration" / "restage-forge"
    for key in (f"{AUTHORITY}|p000007", "nobody's"):
        run(forge, rig.kafka.address, site.topic("pathology"), key, MEGABYTE)
        site.fed += 1
    site.feed(EVENTS, skip=EVENTS, bad=0, patients=100)
    worker = site.worker()
    site.drain()
    rows = dead_letters(site, "event_too_large")
    expect([row[1:] for row in rows] == [[str(MEGABYTE), "open"]] * 2, f"dead letters {rows}")
    expect(set(holds(site, "p000007")) == {1}, "the key's patient is not on hold")
    site.check("--drained")
    refused = site.restage("dead-letters", "replay", rows[0][0], check=False)
    expect(refused.returncode != 0 and "HINT" in refused.stderr, f"no hint: {refused.stderr}")
    site.restage("dead-letters", "replay", rows[0][0], "-X", "message.max.bytes=1048588")
    site.target = site.ends()
    site.drain()
    expect(dead_letters(site, "event_too_large") == rows, "a replay in vain closed its dead letter")
    resolved = site.restage("dead-letters", "resolve", *(row[0] for row in rows), "--by", "a test",
                            "--reason", "nobody can read it")
    expect(resolved.stdout.count("resolution sent") == 2, resolved.stdout)
    site.target = site.ends()
    site.drain()
    worker.terminate()
    expect(set(holds(site, "p000007")) == {0}, "the patient is still on hold")
    site.check("--drained")


def run_until_it_survives(site):
    """Workers one after the other, as a supervisor starts them; the one that lives, and the deaths."""
    for deaths in range(DEATHS_MAX + 1):
        worker = site.worker(deadly=DEADLY)

        def over():
            return not worker.is_running() or site.is_drained()
        wait_until("the worker dies or is done", over, 60, 0.2)
        if worker.is_running():
            return worker, deaths
        site.workers.remove(worker)
        expect(worker.process.returncode == -signal.SIGABRT,
               f"ended with {worker.process.returncode}\n{worker.tail()}")
    raise Failure(f"still dying after {DEATHS_MAX} deaths\n{worker.tail()}")


def record_that_kills_the_worker(rig):
    """Found among others, tried alone, buried; replayed once a worker has come that bears it."""
    site = rig.site("deadly")
    site.feed(EVENTS, bad=0, patients=100)
    deadly = {"eventId": "0d0e0a0d-0000-4000-8000-000000000001",
              "patient": {"authority": AUTHORITY, "value": "p000007"},
              "status": "REPORT_STATUS_FINAL", "effectiveAt": "2026-03-01", "sourceSystem": DEADLY,
              "laboratory": {"analyte": "ANALYTE_CEA", "value": "9.1", "unit": "ng/mL"}}
    site.restage("publish", "-", stdin=json.dumps(deadly) + "\n")
    site.fed += 1
    site.feed(EVENTS, skip=EVENTS, bad=0, patients=100)
    worker, deaths = run_until_it_survives(site)
    worker.terminate()
    rows = dead_letters(site, "worker_crash")
    expect(len(rows) == 1 and rows[0][2] == "open", f"dead letters {rows}")
    expect(set(holds(site, "p000007")) == {1}, "the key's patient is not on hold")
    site.check("--drained")
    worker = site.worker()  # the mended one
    site.restage("dead-letters", "replay", rows[0][0])
    site.target = site.ends()
    site.drain()
    worker.terminate()
    expect(dead_letters(site, "worker_crash")[0][2] == "replayed", "it was not closed")
    expect(set(holds(site, "p000007")) == {0}, "the patient is still on hold")
    site.check("--drained")
    return f"buried after {deaths} deaths"


TESTS = {test.__name__: test for test in (
    megabyte_that_cannot_be_decoded, record_that_kills_the_worker)}

if __name__ == "__main__":
    sys.exit(main(TESTS))
