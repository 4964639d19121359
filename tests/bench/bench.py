#!/usr/bin/env python3
"""Benchmarks on a real Kafka and a real PostgreSQL, every figure beside its floor in the same run.

    ops/bench [--quick] [--cells SUBJECTSxDEPTH,...] [--events N] [PART...]

Parts: judge wire throughput python latency lanes recovery memory; all of them unless named.  --quick runs
each at a size that only shows that it works.  Tables and drawings go to build/bench.
"""
import argparse
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]
import parts  # noqa: E402
import report  # noqa: E402
import rig  # noqa: E402

# Pages of the tables are to come from outside shared_buffers, as those of a large hospital would.
# Background work would fall on one side of a comparison by chance: checkpoints are made before each
# measurement, and nothing is vacuumed meanwhile.
POSTGRES = ("shared_buffers=64MB", "max_wal_size=16GB", "checkpoint_timeout=60min", "autovacuum=off",
            "wal_compression=lz4")
CELLS = ("1000x1", "1000x10", "1000x30", "1000x100", "100000x10", "1000000x1", "1000000x10")
OTHER_CELLS = ("100000x1", "100000x30", "100000x100", "1000000x30", "1000000x100")
PARTS = {"judge": parts.judge, "wire": parts.wire, "throughput": parts.throughput,
         "python": parts.python, "latency": parts.latency, "lanes": parts.lanes, "recovery": parts.recovery,
         "memory": parts.memory}  # the longest last: what was measured is written after each part


def options():
    parser = argparse.ArgumentParser(prog="ops/bench", description=__doc__.split("\n")[0],
                                     epilog="Other cells: " + " ".join(OTHER_CELLS))
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="small sizes: does everything work?")
    parser.add_argument("--cells", default="", help="cells of throughput: " + ",".join(CELLS))
    parser.add_argument("--events", type=int, default=0, help="events per measurement of throughput")
    parser.add_argument("--million", type=int, default=0, help="events of the memory part")
    parser.add_argument("--out", default=str(rig.ROOT / "build" / "bench"))
    o = parser.parse_args()
    unknown = [part for part in o.parts if part not in PARTS]
    if unknown:
        parser.error(f"unknown part {unknown[0]}; there are: {' '.join(PARTS)}")
    o.cells = o.cells.split(",") if o.cells else ["300x3", "2000x1"] if o.quick else CELLS
    o.events = o.events or (1000 if o.quick else 6000)
    o.million = o.million or (3000 if o.quick else 1000000)
    return o


def main():
    o = options()
    results = {}
    with rig.Rig(postgres_settings=POSTGRES) as servers:
        if not o.quick and o.parts != ["judge"]:
            parts.warm(servers)
        for name in o.parts or PARTS:
            print(f"{name} ...", file=sys.stderr, flush=True)
            results[name] = PARTS[name](servers, o)
            report.write(results, pathlib.Path(o.out))
    print(report.text(results))
    print(f"written to {o.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
