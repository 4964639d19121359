#!/usr/bin/env python3
"""The crash matrix: at every named point of the delivery protocol the worker is

    kill    killed (SIGKILL) in the middle of a stream, restarted and drained;
    take    killed once its client library has sent what it holds, and another worker takes over;
    freeze  frozen (SIGSTOP), another worker takes over, then the first is thawed;

and after each the independent checker must find nothing.

    crash_matrix.py [--jobs N] [MODE:POINT | MODE: | POINT]...
"""
import concurrent.futures
import signal
import subprocess
import sys
import time

from rig import BINARIES, SEED, Failure, Rig, run, wait_until

EVENTS = 2000
FIRST_PART = 1300
MODES = ("kill", "take", "freeze")
REACHED_TIMEOUT_S = 30
LINGER_MS = 100  # what was produced is on the broker by then, in a transaction left open

# Points that are passed once per start or assignment: a first worker dies in the middle of the
# stream, so that there is something to recover when the second one reaches the point.
RECOVERY = ("before-run-id", "after-run-id", "after-producer-init", "after-subscribe",
            "after-assigned", "after-committed-read", "after-positions-read", "after-start-written",
            "after-outputs-read", "after-republish-begin", "after-republish-produced",
            "after-republish-offsets", "after-republish-commit", "after-fetch")
STOP = ("before-stop-progress", "after-stop-progress")


def points():
    out = run(BINARIES / "tests" / "integration" / "restage-crash", "crash-points").stdout
    return out.split()


def reach(worker, action):
    """Wait until the worker has killed or frozen itself."""
    def reached():
        if action == "stop" and worker.is_frozen():
            return True
        code = worker.process.poll()
        if code is not None and (action == "stop" or code != -signal.SIGKILL):
            raise Failure(f"ended with {code} before the point\n{worker.tail()}")
        return code is not None
    try:
        wait_until("the point is reached", reached, REACHED_TIMEOUT_S, 0.02)
    except Failure as failure:
        raise Failure(f"{failure}\n{worker.tail()}") from None


def prelude(site):
    """Leave a stream half decided, with rows that are not published."""
    reach(site.worker("a", crash="after-store-commit", count=4), "kill")


def to_the_point(site, point, action, delay_ms):
    """A worker that has reached the point, the stream being half way."""
    if point in RECOVERY:
        prelude(site)
        worker = site.worker("a", crash=point, action=action, delay_ms=delay_ms)
    elif point in STOP:
        worker = site.worker("a", crash=point, action=action, delay_ms=delay_ms)
        wait_until("half of the stream is decided", lambda: site.decided() > FIRST_PART / 2, 30)
        worker.signal(signal.SIGTERM)
    elif "reviews" in point or "progress" in point:
        worker = site.worker("a", crash=point, action=action, delay_ms=delay_ms)
    else:
        worker = site.worker("a", crash=point, action=action, count=5, delay_ms=delay_ms)
    reach(worker, action)
    return worker


def one(rig, mode, point):
    """One cell of the matrix; the checker's summary."""
    # Records with old timestamps of their own: reviews are long due and are published at once.
    site = rig.site(f"{mode}-{point}", create_time=True,
                    settings={"review.interval": "200ms"} if "reviews" in point else None)
    site.feed(FIRST_PART, days_ago=90, patients=60 if "reviews" in point else 150)
    action = "stop" if mode == "freeze" else "kill"
    first = to_the_point(site, point, action, LINGER_MS if mode == "take" else 0)
    site.feed(EVENTS - FIRST_PART, skip=FIRST_PART, days_ago=90,
              patients=60 if "reviews" in point else 150)
    second = site.worker("a" if mode == "kill" else "b")
    if mode == "freeze":
        site.drain()
        first.signal(signal.SIGCONT)
        site.feed(100, skip=EVENTS, days_ago=90)
        if point in STOP:
            first.wait("the thawed worker does not finish its stop", 20)
    site.drain()
    running = [w for w in (first, second) if w.is_running()]
    for worker in running:
        worker.terminate()
    summary = site.check("--drained")
    for worker in site.workers:
        if "partition-refused" in worker.log():
            raise Failure(f"an operator is called although nothing is wrong\n{worker.tail()}")
    site.remove()
    return summary


def wanted_cells(arguments):
    cells = [(mode, point) for point in points() for mode in MODES]
    if not arguments:
        return cells
    return [c for c in cells if f"{c[0]}:{c[1]}" in arguments or c[1] in arguments
            or f"{c[0]}:" in arguments]


def main():
    arguments = sys.argv[1:]
    jobs = 3
    if arguments[:1] == ["--jobs"]:
        jobs, arguments = int(arguments[1]), arguments[2:]
    cells = wanted_cells(arguments)
    failed, totals, begun = [], {}, time.monotonic()
    with Rig() as rig, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        def timed(cell):
            start = time.monotonic()
            return one(rig, *cell), time.monotonic() - start
        running = {pool.submit(timed, cell): cell for cell in cells}
        for future in concurrent.futures.as_completed(running):
            mode, point = running[future]
            try:
                summary, took = future.result()
            except (Failure, subprocess.TimeoutExpired) as failure:
                failed.append(f"{mode}:{point}")
                print(f"FAIL {mode}:{point}: {failure}", flush=True)
                continue
            for name in ("inputs", "applied", "duplicates", "buried", "recommendations", "folded"):
                totals[name] = totals.get(name, 0) + summary[name]
            print(f"ok   {mode:6} {point:26} {took:5.1f} s  {summary['inputs']} inputs, "
                  f"{summary['recommendations']} recommendations", flush=True)
    print(f"{len(cells) - len(failed)} of {len(cells)} cells without loss or duplicate in "
          f"{time.monotonic() - begun:.0f} s, seed {SEED}; together {totals}")
    if failed:
        print("failed:", " ".join(sorted(failed)))
    return 1 if failed or not cells else 0


if __name__ == "__main__":
    sys.exit(main())
