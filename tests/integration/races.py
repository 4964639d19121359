#!/usr/bin/env python3
"""The worker's threads, for a worker built with ThreadSanitizer: three lanes, pages asked for all the
time, another worker that joins and leaves, database connections cut.  A worker in which threads
raced ends with another code than 0 and says where."""
import sys
import threading
import time

from rig import PAGES, Failure, main, wait_until

EVENTS = 400
SETTINGS = {**PAGES, "lanes": "3", "review.interval": "1s"}


def ask(worker, stop):
    """Ask for every page until ${stop} is set; pages may fail, threads may not race."""
    while not stop.wait(0.05):
        for path in ("/livez", "/readyz", "/metrics"):
            worker.page(path)


def refuse_races(*workers):
    for worker in workers:
        log = worker.log()
        if "ThreadSanitizer" in log:
            begin = log.index("ThreadSanitizer")
            raise Failure(f"{worker.instance}: {log[begin:begin + 6000]}")


def lanes_pages_and_signals(rig):
    site = rig.site("races", partitions=6, settings=SETTINGS)
    site.feed(EVENTS)
    first = site.worker("a")
    stop = threading.Event()
    asking = threading.Thread(target=ask, args=(first, stop), daemon=True)
    asking.start()
    wait_until("some records are decided", lambda: site.decided() > 50, 60)
    second = site.worker("b")
    site.feed(EVENTS, skip=EVENTS)
    wait_until("the second worker has partitions",
               lambda: "partition-assigned" in second.log(), 60)
    rig.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{site.database}' AND pid <> pg_backend_pid()")
    time.sleep(2)  # what the lanes do then: wait, connect again, look for reviews
    second.terminate(60)
    site.drain(120)
    stop.set()
    asking.join()
    first.terminate(60)
    refuse_races(first, second)
    site.check("--drained")


if __name__ == "__main__":
    sys.exit(main({"lanes_pages_and_signals": lanes_pages_and_signals}))
