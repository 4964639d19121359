"""Tables in Markdown and drawings in SVG of what the parts measured."""
import json

TARGETS = {"throughput": 0.60, "python": 5.0, "p50": 1.5, "p99": 3.0, "rss": 64.0, "subjects": 1.10,
           "judge_us": 5.0}


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + " ---: |" * len(heads)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def verdict(value, limit, at_least=False):
    """The value, and whether it reaches its target."""
    met = value >= limit if at_least else value <= limit
    return f"{value:.2f} {'✓' if met else f'(target {limit})'}"


def throughput(rows):
    out = ["## Throughput of one worker beside its floor", "",
           "The floor is a loop in C that sends the same statements in batches of the same size, without",
           "Kafka and guidance.  Both ran in turn; the better of two rounds counts for each.", ""]
    out += table(["subjects", "stored events each", "worker /s", "floor /s", "worker / floor",
                  "buffers per event", "of them read", "WAL bytes per event", "recommendation as stored",
                  "tables MB"],
                 [[f"{r['subjects']:,}", f"{r['depth']} (after: {r['depth_after']:.1f})",
                   number(r["worker"]["rate"]), number(r["floor"]["rate"]),
                   verdict(r["ratio"], TARGETS["throughput"], at_least=True),
                   number(r["worker"]["buffers"]), number(r["worker"]["read"]),
                   number(r["worker"]["wal"]), number(r["recommendation"]),
                   number(r["heap"] / 1e6)] for r in rows])
    out += table(["cell"] + list(rows[0]["worker"]["steps"]) + ["records per batch"],
                 [[f"{r['subjects']:,} x {r['depth']}"]
                  + [number(1e6 * v) for v in r["worker"]["steps"].values()]
                  + [number(r["worker"]["batch"])] for r in rows])
    out[-1:] = ["Steps in microseconds per event.", ""]
    by_depth = {}
    for r in rows:
        by_depth.setdefault(r["depth"], {})[r["subjects"]] = r
    for depth, cells in by_depth.items():
        if 1000 in cells and 1000000 in cells:
            cost = cells[1000]["worker"]["rate"] / cells[1000000]["worker"]["rate"]
            floor = cells[1000]["floor"]["rate"] / cells[1000000]["floor"]["rate"]
            out += [f"Cost per event at 1,000,000 subjects over that at 1,000, {depth} stored events each:"
                    f" {verdict(cost, TARGETS['subjects'])}; the floor's: {floor:.2f}.", ""]
    return out


def python(r):
    return ["## The same job in Python", "",
            f"{r['subjects']:,} subjects with {r['depth']} stored events, confluent-kafka and psycopg 3"
            " in batches of the same size, as Debian ships them.", ""] + table(
        ["worker /s", "Python /s", "worker / Python"],
        [[number(r["worker"]), number(r["python"]),
          verdict(r["ratio"], TARGETS["python"], at_least=True)]])


def latency(rows):
    out = ["## Latency from producing an event to its recommendation being visible", "",
           "In milliseconds, for a read_committed reader.  The floor is one PostgreSQL commit and one",
           "Kafka transaction, one after the other, measured before and after each rate.", ""]
    return out + table(
        ["events /s", "events", "p50", "p99", "p99.9", "floor p50", "floor p99", "floor p99.9",
         "p50 / floor", "p99 / floor"],
        [[str(r["rate"]), str(r["worker"]["events"])]
         + [number(r["worker"][k]) for k in ("p50", "p99", "p999")]
         + [number(r["floor"][k]) for k in ("p50", "p99", "p999")]
         + [verdict(r["worker"][k] / r["floor"][k], TARGETS[k]) for k in ("p50", "p99")]
         for r in rows])


def memory(r):
    out = [f"## {r['events']:,} events through one worker", "",
           f"{r['subjects']:,} subjects, {number(r['rate'])} events per second, {number(r['wal'])} bytes"
           f" of WAL and {number(r['buffers'])} buffers per event.", ""]
    out += table(["resident MiB, first tenth", "maximum after", "at the end", "limit 64"],
                 [[number(r["rss_tenth"]), number(r["rss_max"]), number(r["rss_end"]),
                   verdict(r["rss_max"], TARGETS["rss"])]])
    return out + table(["processor seconds per million events"] + list(r["cpu"]),
                       [[""] + [number(v * 1e6 / r["events"]) for v in r["cpu"].values()]])


def lanes(rows):
    return ["## Lanes", ""] + table(
        ["lanes", "events /s", "of one lane"],
        [[str(r["lanes"]), number(r["rate"]), f"{r['rate'] / rows[0]['rate']:.2f}"] for r in rows])


def recovery(r):
    return ["## Recovery after SIGKILL under load", ""] + table(
        ["from start to first publication, median", "maximum", "of"],
        [[f"{r['median']:.2f} s", f"{r['max']:.2f} s", str(len(r["times"]))]])


def judge(rows):
    return ["## One fold and judgement", ""] + table(
        ["events of the subject", "microseconds"],
        [[str(r["events"]), verdict(r["ns"] / 1000, TARGETS["judge_us"]) if r["events"] == 30
          else number(r["ns"] / 1000)] for r in rows])


def wire(rows):
    return ["## Bytes of events and recommendations", ""] + table(
        ["what", "microseconds"], [[r["what"], number(r["ns"] / 1000)] for r in rows])


PRINTERS = {"judge": judge, "wire": wire, "throughput": throughput, "python": python, "latency": latency,
            "memory": memory, "lanes": lanes, "recovery": recovery}


def text(results):
    return "\n".join(line for name, result in results.items() for line in PRINTERS[name](result))


# ---- Drawings ------------------------------------------------------------------------------------

INK, SOFT, WORKER, FLOOR = "#333333", "#dddddd", "#1f77b4", "#bbbbbb"


class Drawing:
    """A plain SVG, 20 units to a line of text."""

    def __init__(self, title, width, height):
        self.size = (width, height)
        self.parts = []
        self.label(10, 22, title, size=15)

    def label(self, x, y, words, anchor="start", size=12, colour=INK):
        words = words.replace("&", "&amp;").replace("<", "&lt;")
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-family="sans-serif" font-size="{size}"'
                          f' text-anchor="{anchor}" fill="{colour}">{words}</text>')

    def box(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}"'
                          f' height="{height:.1f}" fill="{colour}"/>')

    def line(self, points, colour):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}"'
                          ' stroke-width="1.5"/>')

    def save(self, path):
        width, height = self.size
        path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
                        f' width="{width}" height="{height}">\n<rect width="{width}" height="{height}"'
                        ' fill="white"/>\n' + "\n".join(self.parts) + "\n</svg>\n")


def bars(title, rows, unit):
    """Rows of (name, worker, floor) as pairs of bars."""
    drawing = Drawing(title, 760, 60 + 44 * len(rows))
    most = max(max(worker, floor) for _, worker, floor in rows)
    for place, (name, worker, floor) in enumerate(rows):
        y = 44 + 44 * place
        drawing.label(180, y + 20, name, anchor="end")
        for offset, value, colour in ((0, worker, WORKER), (17, floor, FLOOR)):
            drawing.box(190, y + offset, 440 * value / most, 15, colour)
            drawing.label(196 + 440 * value / most, y + offset + 12, f"{number(value)} {unit}", size=11)
    drawing.label(750, 22, "blue: worker, grey: floor", anchor="end", size=11)
    return drawing


def curve(title, points, limit):
    """Resident memory over events."""
    drawing = Drawing(title, 760, 300)
    last = max(x for x, _ in points) or 1
    most = max([limit] + [y for _, y in points]) * 1.1

    def place(x, y):
        return 60 + 680 * x / last, 270 - 230 * y / most

    drawing.line([place(0, limit), place(last, limit)], SOFT)
    drawing.label(*place(0, limit), f"{limit:.0f} MiB", anchor="end", size=11)
    drawing.line([place(0, 0), place(last, 0)], INK)
    drawing.line([place(x, y) for x, y in points], WORKER)
    drawing.label(740, 290, f"{last:,.0f} events", anchor="end", size=11)
    return drawing


def draw(results, directory):
    if "throughput" in results:
        bars("Events per second by subjects x stored events",
             [(f"{r['subjects']:,} x {r['depth']}", r["worker"]["rate"], r["floor"]["rate"])
              for r in results["throughput"]], "/s").save(directory / "throughput.svg")
    if "latency" in results:
        bars("Latency in milliseconds",
             [(f"{r['rate']}/s {name}", r["worker"][key], r["floor"][key])
              for r in results["latency"]
              for name, key in (("p50", "p50"), ("p99", "p99"), ("p99.9", "p999"))],
             "ms").save(directory / "latency.svg")
    if "memory" in results:
        curve("Resident memory", results["memory"]["samples"],
              TARGETS["rss"]).save(directory / "memory.svg")


def write(results, directory):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "results.json").write_text(json.dumps(results, indent=1))
    (directory / "results.md").write_text("# Benchmark\n\n" + text(results) + "\n")
    draw(results, directory)
