"""The parts of the bench; each answers with rows of plain numbers for report.py."""
import json
import pathlib
import statistics
import sys
import time

import rig
from meters import Load, Servers, bench, rss_kib

BATCH = 500
ROUNDS = 2  # of floor and worker, in turn


def say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def filled_site(servers, name, subjects, depth, partitions=rig.PARTITIONS):
    """A site whose database holds so many subjects with so many events each."""
    site = servers.site(name, partitions=partitions)
    bench("bench-fill", "--conninfo", site.conninfo("restage"), "--subjects", subjects, "--depth", depth)
    return site


def feed(site, events, subjects, seed):
    site.feed(events, patients=subjects, bad=0, fresh=1, step_ms=0, seed=seed)


def drain(servers, site, events, settings=None):
    """One worker through what was fed; rate, cost per event, steps."""
    servers.sql("CHECKPOINT")
    meter = Servers(servers, site.database)
    load = Load(site, settings)
    load.wait(events)
    steps, records = load.steps()
    load.stop()
    used = meter.since()
    return {"rate": load.rate(), "worker_cpu": load.cpu / events, "batch": records,
            "steps": {k: v / events for k, v in steps.items()},
            **{k: v / events for k, v in used.items()}}


def run_floor(servers, site, events, subjects, seed):
    servers.sql("CHECKPOINT")
    meter = Servers(servers, site.database)
    answer = bench("bench-floor", "--conninfo", site.conninfo(), "--subjects", subjects, "--events",
                   events, "--batch", BATCH, "--seed", seed)
    used = meter.since()
    return {"rate": answer["events"] / answer["seconds"], **{k: v / events for k, v in used.items()}}


def best(rows):
    return max(rows, key=lambda row: row["rate"])


def warm(servers):
    """A broker that was just started compiles itself while it works; the first figures would pay."""
    site = filled_site(servers, "warm", 300, 3)
    for number in range(3):
        feed(site, 6 * BATCH, 300, 1 + number)
        drain(servers, site, 6 * BATCH)
    site.remove()


# ---- Throughput ----------------------------------------------------------------------------------

def cell(servers, subjects, depth, events):
    begun = time.monotonic()
    site = filled_site(servers, f"cell-{subjects}-{depth}", subjects, depth)
    heap = servers.sql("SELECT pg_table_size('restage.clinical_event'::regclass)"
                       " + pg_table_size('restage.subject'::regclass)", site.database)[0][0]
    filled = time.monotonic() - begun
    # The floor copies what a worker wrote: let one write something first.
    feed(site, BATCH, subjects, 11)
    drain(servers, site, BATCH)
    floors, workers = [], []
    for number in range(ROUNDS):
        floors.append(run_floor(servers, site, events, subjects, 21 + number))
        feed(site, events, subjects, 31 + number)
        workers.append(drain(servers, site, events))
    stored, size = servers.sql(
        "SELECT (SELECT count(*) FROM restage.clinical_event)::float8 / (SELECT count(*) FROM"
        " restage.subject), (SELECT avg(length(value)) FROM restage.recommendation"
        " WHERE value <> '')", site.database)[0]
    site.remove()
    worker, floor = best(workers), best(floors)
    row = {"subjects": subjects, "depth": depth, "depth_after": float(stored), "heap": float(heap),
           "recommendation": float(size), "fill_s": filled, "worker": worker, "floor": floor,
           "ratio": worker["rate"] / floor["rate"]}
    say(f"{subjects} x {depth}: worker {worker['rate']:.0f}/s, floor {floor['rate']:.0f}/s,"
        f" {100 * row['ratio']:.0f} %, filled in {filled:.0f} s, steps in us per event: "
        + " ".join(f"{k} {1e6 * v:.0f}" for k, v in worker["steps"].items())
        + f", batch {worker['batch']:.0f}")
    return row


def throughput(servers, o):
    return [cell(servers, *(int(n) for n in name.split("x")), o.events) for name in o.cells]


# ---- The same job in Python ----------------------------------------------------------------------

def python(servers, o):
    """The contender and a worker, in turn on the same database."""
    subjects, depth = (300, 3) if o.quick else (100000, 10)
    directory = pathlib.Path(servers.directory.name) / "proto"
    directory.mkdir(exist_ok=True)
    rig.run("protoc", f"--proto_path={rig.ROOT / 'proto'}", f"--python_out={directory}",
            "restage/v1/clinical_event.proto")
    site = filled_site(servers, "python", subjects, depth)
    other = servers.site("python-topics")  # the same database, topics of its own
    feed(site, BATCH, subjects, 11)
    drain(servers, site, BATCH)
    events = min(o.events, 5000)
    workers, contenders = [], []
    for number in range(ROUNDS):
        feed(other, events + BATCH, subjects, 41 + number)
        contenders.append(contend(servers, site, other, events + BATCH, directory))
        feed(site, events, subjects, 51 + number)
        workers.append(drain(servers, site, events))
    site.remove()
    other.remove()
    worker, contender = best(workers), best(contenders)
    say(f"worker {worker['rate']:.0f}/s, Python {contender['rate']:.0f}/s")
    return {"subjects": subjects, "depth": depth, "worker": worker["rate"],
            "python": contender["rate"], "ratio": worker["rate"] / contender["rate"]}


def contend(servers, site, topics, events, directory):
    servers.sql("CHECKPOINT")
    answer = rig.run("/usr/bin/python3", "-B", pathlib.Path(__file__).with_name("contender.py"),
                     servers.kafka.address, topics.name, site.conninfo(), topics.group, events,
                     directory, BATCH, site.name, timeout=300)
    counted = json.loads(answer.stdout)
    return {"rate": counted["events"] / counted["seconds"]}


# ---- Latency -------------------------------------------------------------------------------------

def latency(servers, o):
    """Each rate between two measurements of the floor."""
    subjects, depth = (200, 2) if o.quick else (10000, 10)
    site = filled_site(servers, "latency", subjects, depth)
    floor_site = servers.site("latency-floor")
    load = Load(site)
    common = ("--bootstrap", servers.kafka.address)
    warm = bench("bench-latency", *common, "--prefix", site.name, "--rate", 100, "--events", 100,
                 "--patients", subjects, "--seed", 60)
    say(f"warm: {warm}")

    def floor():
        return bench("bench-latency", *common, "--prefix", floor_site.name, "--floor",
                     floor_site.conninfo("restage"), "--events", 30 if o.quick else 200)

    rows = []
    before = floor()
    for rate in (100, 1000) if o.quick else (10, 100, 1000):
        seconds = 1 if o.quick else 15
        worker = bench("bench-latency", *common, "--prefix", site.name, "--rate", rate, "--events",
                       rate * seconds, "--patients", subjects, "--seed", 60 + rate)
        after = floor()
        row = {"rate": rate, "worker": worker,
               "floor": {k: (before[k] + after[k]) / 2 for k in ("p50", "p99", "p999")}}
        before = after
        say(f"{rate}/s: {worker}, floor {row['floor']}")
        rows.append(row)
    load.stop()
    site.remove()
    floor_site.remove()
    return rows


# ---- A million events ----------------------------------------------------------------------------

def memory(servers, o):
    """Resident memory and processor time over many events of one worker."""
    subjects = 200 if o.quick else 100000
    site = filled_site(servers, "memory", subjects, 1)
    events = o.million
    lots = max(1, events // 100000)
    for number in range(lots):
        feed(site, events // lots, subjects, 70 + number)
    events = events // lots * lots
    meter = Servers(servers, site.database)
    load = Load(site)
    samples = []

    def sample(now, processed):
        if not samples or now - samples[-1][0] > 0.5:
            samples.append((now, processed, rss_kib(load.worker.process.pid) / 1024))

    load.wait(events, sample=sample)
    load.stop()
    used = meter.since()
    site.remove()
    later = [mib for _, processed, mib in samples if processed > events / 10]
    earlier = [mib for _, processed, mib in samples if processed <= events / 10]
    row = {"events": events, "subjects": subjects, "rate": load.rate(), "rss_max": max(later),
           "rss_tenth": max(earlier or later), "rss_end": later[-1],
           "samples": [(p, m) for _, p, m in samples],
           "cpu": {"worker": load.cpu, "postgresql": used["postgres_cpu"],
                   "broker": used["kafka_cpu"]},
           "wal": used["wal"] / events, "buffers": used["buffers"] / events}
    say(f"{events} events at {row['rate']:.0f}/s, resident {row['rss_tenth']:.1f} to"
        f" {row['rss_max']:.1f} MiB, processor seconds {row['cpu']}")
    return row


# ---- Lanes, recovery, judging --------------------------------------------------------------------

def lanes(servers, o):
    subjects, depth = (300, 3) if o.quick else (100000, 10)
    site = filled_site(servers, "lanes", subjects, depth, partitions=4)
    rows = []
    for count in (1, 2, 4):
        feed(site, 2 * o.events, subjects, 80 + count)
        answer = drain(servers, site, 2 * o.events, {"lanes": str(count)})
        say(f"{count} lanes: {answer['rate']:.0f}/s")
        rows.append({"lanes": count, "rate": answer["rate"]})
    site.remove()
    return rows


def recovery(servers, o):
    """From starting a worker whose predecessor was killed under load to its first batch."""
    subjects = 300 if o.quick else 10000
    site = filled_site(servers, "recovery", subjects, 3)
    times = []
    for number in range(2 if o.quick else 5):
        feed(site, 10 * o.events if o.quick else 20000, subjects, 90 + number)
        load = Load(site)
        load.wait(1)
        time.sleep(0.3 * number % 1)
        load.worker.kill()
        begun = time.monotonic()
        load = Load(site)
        load.wait(1)
        times.append(load.changes[0][0] - begun)
        load.stop()
    site.remove()
    say("recovered after " + ", ".join(f"{t:.2f} s" for t in times))
    return {"median": statistics.median(times), "max": max(times), "times": times}


def judge(_servers, _o):
    """What one fold and judgement costs, without servers."""
    out = rig.run(rig.BINARIES / "tests" / "bench" / "bench-judge").stdout
    rows = [line.split() for line in out.splitlines()[1:]]
    return [{"events": int(r[0]), "ns": int(r[1])} for r in rows]


def wire(_servers, _o):
    """What bytes cost beside that, without servers."""
    out = rig.run(rig.BINARIES / "tests" / "bench" / "bench-wire").stdout
    rows = [line.split() for line in out.splitlines() if line.endswith(" ns")]
    return [{"what": " ".join(r[:-2]), "ns": int(r[-2])} for r in rows]
