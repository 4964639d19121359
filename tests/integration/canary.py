#!/usr/bin/env python3
"""No patient data where it does not belong: canaries as patient ids, names in texts and values go
through good, bad and database-error paths, and are looked for in logs, metrics, error texts, dead
letters' messages, headers and the arguments of every process."""
import json
import pathlib
import sys
import threading
import time

from rig import PAGES, Failure, main, wait_until

CANARY = "CANARY7f3"
VALUE = "987654.321"  # a value of a laboratory: no number of ours looks like it


def event(number, **fields):
    body = {"eventId": f"00000000-0000-4000-8000-{number:012d}",
            "patient": {"authority": f"{CANARY}-authority", "value": f"{CANARY}-value"},
            "status": "REPORT_STATUS_FINAL", "effectiveAt": "2026-03-01",
            "reportId": f"{CANARY}-report-{number}", "sourceSystem": f"{CANARY}-source"}
    body.update(fields)
    return json.dumps(body)


GOOD = [
    event(1, laboratory={"analyte": "ANALYTE_CEA", "value": VALUE, "unit": f"{CANARY}-unit"}),
    event(2, centre={"name": f"{CANARY}-centre"}),
    event(3, board={"reasonText": f"Frau {CANARY} wishes"}),
    event(4, systemicTherapy={"action": "THERAPY_ACTION_START", "line": 1,
                              "regimenText": f"{CANARY}-regimen"}),
    event(5, pathology={"topography": "C20.9", "stage": {"t": f"{CANARY}-T"}}),
]

# Refused on the way in by the command that publishes, each with its own reason.
REFUSED = [
    "{" + CANARY,
    event(6, noSuchField=CANARY),
    event(7, laboratory={"analyte": f"ANALYTE_{CANARY}", "value": VALUE}),
    event(8, laboratory={"analyte": "ANALYTE_CEA", "value": f"{VALUE}{CANARY}"}),
    event(9, patient={"authority": f"{CANARY}|", "value": CANARY}),
    event(10, effectiveAt=f"{CANARY}-01-01"),
    event(11, reportId=CANARY * 40),
    event(12, sourceSystem=f"{CANARY}\u0000"),
]


class Arguments(threading.Thread):
    """Watches the arguments of all processes for as long as the test runs."""

    def __init__(self):
        super().__init__(daemon=True)
        self.found, self.over = set(), threading.Event()

    def run(self):
        while not self.over.wait(0.02):
            for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    text = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
                except OSError:
                    continue
                # The feed is given the canary, and it is no part of the product.
                if CANARY in text and "restage-feed" not in text:
                    self.found.add(text)


def leaks(what, text):
    return [f"{what}: {line.strip()[:300]}" for line in text.splitlines()
            if CANARY in line or VALUE in line]


def no_canary_escapes(rig):
    site = rig.site("canary", settings={**PAGES, "log.level": "debug"})
    arguments = Arguments()
    arguments.start()
    found, searched = [], 0

    def search(what, text):
        nonlocal searched
        searched += len(text)
        found.extend(leaks(what, text))

    published = site.restage("publish", "-", stdin="\n".join(GOOD) + "\n")
    site.fed += len(GOOD)
    search("publish", published.stdout + published.stderr)
    for line in REFUSED:
        for command in (("publish", "-"), ("evaluate", "-")):
            answer = site.restage(*command, stdin=line + "\n", check=False)
            if answer.returncode == 0:
                raise Failure(f"{command[0]} took a line that it should refuse: {line}")
            search(f"{command[0]} of a bad line", answer.stderr)
    site.feed(800, patients=40, bad=150, patient_prefix=f"{CANARY}-")
    worker = site.worker()
    site.drain()
    for path in ("/metrics", "/readyz", "/livez"):
        search(path, worker.page(path)[1])
    for command in (("dead-letters", "list"), ("positions", "show"), ("migrate", "status")):
        answer = site.restage(*command, check=False)
        search(" ".join(command), answer.stdout + answer.stderr)
    search("dead letter messages", "\n".join(
        row[0] for row in site.sql("SELECT message FROM restage.dead_letter")))
    codes = site.sql("SELECT count(DISTINCT code) FROM restage.dead_letter")
    search("log", database_error(site, worker))
    arguments.over.set()
    found += [f"arguments: {text[:300]}" for text in arguments.found]
    if found:
        raise Failure(f"{len(found)} places with patient data:\n" + "\n".join(found[:20]))
    return f"{codes[0][0]} kinds of dead letters, {searched} bytes searched"


def database_error(site, worker):
    """A constraint fails whose message quotes the row: only its name may be seen."""
    site.sql("ALTER TABLE restage.clinical_event ADD CONSTRAINT brought_about"
             " CHECK (octet_length(report_id) = 0) NOT VALID")
    site.feed(50, skip=800, patients=40, patient_prefix=f"{CANARY}-")
    wait_until("the constraint is named in the log", lambda: "brought_about" in worker.log(), 20)
    time.sleep(0.3)
    worker.kill()
    return "\n".join(w.log() for w in site.workers)


if __name__ == "__main__":
    sys.exit(main({"no_canary_escapes": no_canary_escapes}))
