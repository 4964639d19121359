"""Compares `restage evaluate` with the oracle, field by field, over random journeys.

    python3 tests/oracle/compare.py [--journeys N] [--seed S] [--restage PATH] [--show K]
        [--partial] [--odd SHARE] [--reasons]

Prints the first differences with the journey cut down to the lines that make them, a table of
differences, and what the journeys reached; anything that differs or was never reached fails.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

import evaluate
import journeys
from rules import FINDINGS, FLAGS, WARNINGS

EXACT_REASONS = False
SCALARS = ("kind", "change", "phase", "outOfScopeReason", "sequence", "asOf", "reviewDueAt")
# What the rules make impossible: a code and a status that no journey can reach.
IMPOSSIBLE = {("R-PET", "UNDETERMINED"), ("R-CT-CAP", "UNDETERMINED")}
PHASES = ["PH-" + p for p in "END OOS SUSP SCOPE-U POST STAGE SYS ONTX PD RESP STABLE".split()]


def short(text):
    """An enum's value without its type's name."""
    for prefix in ("STATUS_", "STRENGTH_", "PRESENTATION_", "MISSING_REASON_", "ANSWER_"):
        if text.startswith(prefix):
            return text[len(prefix):]
    return text


def flat(record):
    """Field -> value, all fields that are compared."""
    ret = {name: record.get(name, "") for name in SCALARS}
    subject = record["subject"]
    ret["subject"] = (subject["patient"]["value"], subject["tumourId"])
    ret["overlays"] = sorted(record.get("overlays", []))
    stage = record.get("stage", {})
    for name in ("t", "n", "m", "group", "conflict"):
        ret["stage." + name] = short(stage.get(name, ""))
    ret["stage.reported"] = sorted(tuple(s.get(k, "") for k in ("t", "n", "m", "group", "eventId"))
                                   for s in stage.get("reported", []))
    for finding in record.get("findings", []):
        code = finding["code"]
        ret[code] = short(finding["status"])
        ret[code + ".strength"] = short(finding["strength"])
        ret[code + ".presentation"] = short(finding.get("presentation", ""))
        ret[code + ".flaggedBy"] = sorted(finding.get("flaggedBy", []))
        ret[code + ".missing"] = sorted(finding.get("missing", []))
    for code in WARNINGS:
        ret[code] = any(w["code"] == code for w in record.get("warnings", []))
    for code in FLAGS:
        ret[code] = any(w["code"] == code for w in record.get("safetyFlags", []))
    for entry in record.get("missing", []):
        # Which reports explain a missing input the texts leave open: by request only.
        ret["missing." + entry["name"]] = short(entry["reason"]) if EXACT_REASONS else True
        ret["missing." + entry["name"] + ".codes"] = entry.get("codes", [])
    ret["order of missing"] = [m["name"] for m in record.get("missing", [])]
    ret["order of warnings"] = [w["code"] for w in record.get("warnings", [])]
    ret["order of safetyFlags"] = [f["code"] for f in record.get("safetyFlags", [])]
    ret["withdrawn"] = [(w["code"], w.get("eventId", "")) for w in record.get("withdrawn", [])]
    ret["holds"] = sorted((h["deadLetterId"], h["errorCode"]) for h in record.get("holds", []))
    return ret


def differences(ours, theirs):
    """[(field, expected, got)] of two recommendations."""
    a, b = flat(ours), flat(theirs)
    ret = [(name, a.get(name, ""), b.get(name, "")) for name in {**a, **b}
           if a.get(name, "") != b.get(name, "")]
    named = {name for name, _, _ in ret}
    for kind in ("missing", "warnings", "safetyFlags"):
        own = {"missing": [n for n in named if n.startswith("missing.")],
               "warnings": [n for n in named if n in WARNINGS],
               "safetyFlags": [n for n in named if n in FLAGS]}[kind]
        if own:
            ret = [d for d in ret if d[0] != "order of " + kind]
    return ret


class Rival:
    """The program under test."""

    def __init__(self, path):
        self.path = path

    def run(self, lines):
        """(recommendations, {line number: error code})."""
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
            file.flush()
            done = subprocess.run([self.path, "evaluate", file.name], capture_output=True,
                                  check=False)
        if done.returncode not in (0, 65):
            raise SystemExit("restage evaluate ended with %d: %s" % (
                done.returncode, done.stderr.decode()[:500]))
        errors = {}
        for text in done.stderr.decode().splitlines():
            parts = text.split(":")
            if len(parts) > 3 and parts[2].strip().isdigit():
                errors[int(parts[2])] = parts[3].strip()
        return [json.loads(line) for line in done.stdout.decode().splitlines()], errors


def ours_of(lines):
    records, session = evaluate.evaluate(lines)
    return records, {number: codes for number, codes, _ in session.refused}


def refusals(ours, theirs):
    return [("refused line %d" % n, "|".join(ours.get(n, ["accepted"])),
             theirs.get(n, "accepted")) for n in sorted(set(ours) | set(theirs))
            if theirs.get(n) not in ours.get(n, [None])]


def compared(lines, rival):
    """[(index, field, expected, got)] of one journey."""
    ours, our_errors = ours_of(lines)
    theirs, their_errors = rival.run(lines)
    ret = [(-1,) + d for d in refusals(our_errors, their_errors)]
    for i, (a, b) in enumerate(zip(ours, theirs)):
        ret += [(i,) + d for d in differences(a, b)]
    if len(ours) != len(theirs):
        ret.append((min(len(ours), len(theirs)), "recommendations", len(ours), len(theirs)))
    return ret


def minimised(lines, rival, field):
    """The fewest lines that still differ in this field."""
    size = max(1, len(lines) // 2)
    while size:
        at = 0
        while at < len(lines):
            fewer = lines[:at] + lines[at + size:]
            if fewer and any(d[1] == field for d in compared(fewer, rival)):
                lines = fewer
            else:
                at += size
        size //= 2
    return lines


def bare(line):
    """A line without what every line has, for reading."""
    try:
        event = json.loads(line)
    except ValueError:
        return line
    event.pop("patient", None)
    return json.dumps(event, ensure_ascii=False)


def report(number, lines, rival, field):
    lines = minimised(lines, rival, field)
    print("journey %d: %s" % (number, field))
    for line in lines:
        print("  " + line)
    for i, name, expected, got in compared(lines, rival):
        if name == field:
            print("  -> recommendation %d, %s: expected %s, got %s" % (i + 1, name, expected, got))
    sys.stdout.flush()


def reached(records, counts):
    for record in records:
        counts[record.get("phase")] += 1
        for finding in record.get("findings", []):
            counts[finding["code"], short(finding["status"])] += 1
        for entry in record.get("warnings", []) + record.get("safetyFlags", []):
            counts[entry["code"]] += 1


def coverage(counts, played):
    """Print what was reached; the names of what was not."""
    print("journeys: " + ", ".join("%s %d" % item for item in sorted(played.items())))
    print("phases: " + ", ".join("%s %d" % (p, counts[p]) for p in PHASES))
    print("warnings and flags: " + ", ".join("%s %d" % (c, counts[c]) for c in WARNINGS + FLAGS))
    absent = [c for c in PHASES + WARNINGS + FLAGS if not counts[c]]
    for code in FINDINGS:
        row = [(s, counts[code, s]) for s in ("APPLIES", "NOT", "UNDETERMINED")]
        print("  %-20s %s" % (code, "  ".join("%s %d" % item for item in row)))
        absent += ["%s %s" % (code, s) for s, n in row if not n and (code, s) not in IMPOSSIBLE]
    return absent


def weight(name):
    """Causes before their consequences."""
    for i, mark in enumerate(("recommendations", "subject", "sequence", "phase", "outOfScope",
                              "stage.", "W-", "X-")):
        if name.startswith(mark):
            return i
    if name.endswith((".codes", ".presentation", ".flaggedBy")) or name in SCALARS:
        return 20
    if name.startswith("missing.") or name.startswith("order"):
        return 30
    return 12 if "." in name else 10


def root(one, two):
    """The field that stands for all that differs in a journey."""
    reasons = False
    for a, b in zip(one, two):
        found = differences(a, b)
        reasons = reasons or a.get("missing") != b.get("missing")
        if reasons:
            found = [d for d in found if d[0] not in ("change", "reviewDueAt")]
        if found:
            return min((name for name, _, _ in found), key=weight)
    return "recommendations" if len(one) != len(two) else None


def split_by_patient(records):
    ret = collections.defaultdict(list)
    for record in records:
        ret[record["subject"]["patient"]["value"]].append(record)
    return ret


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--journeys", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--restage", default=os.environ.get("RESTAGE", "restage"))
    parser.add_argument("--show", type=int, default=5)
    parser.add_argument("--partial", action="store_true", help="partial dates everywhere")
    parser.add_argument("--odd", type=float, default=0.0, metavar="SHARE",
                        help="share of the reports that are made unusual, field by field")
    parser.add_argument("--differences-only", action="store_true",
                        help="do not fail for what the journeys never reached")
    parser.add_argument("--fields", default="", help="show differences in these fields only")
    parser.add_argument("--reasons", action="store_true", help="compare reasons of missing too")
    options = parser.parse_args()
    globals()["EXACT_REASONS"] = options.reasons
    print("seed %d" % options.seed)
    rival, played = Rival(options.restage), collections.Counter()
    table, examples, counts = collections.Counter(), {}, collections.Counter()
    batch, bad_journeys, roots = 100, 0, []
    for begin in range(options.first, options.first + options.journeys, batch):
        numbers = range(begin, min(begin + batch, options.first + options.journeys))
        lines = {n: journeys.generate(options.seed, n, played, options.partial, options.odd)
                 for n in numbers}
        every = [line for n in numbers for line in lines[n]]
        ours, our_errors = ours_of(every)
        theirs, their_errors = rival.run(every)
        reached(ours, counts)
        for name, a, b in refusals(our_errors, their_errors):
            table["refused: %s, got %s" % (a, b)] += 1
        a, b = split_by_patient(ours), split_by_patient(theirs)
        for n in numbers:
            one, two = a.get("p%d" % n, []), b.get("p%d" % n, [])
            fields = collections.Counter()
            cause, reasons = root(one, two), False
            if cause:
                roots.append((cause, n, lines[n]))
            for x, y in zip(one, two):
                reasons = reasons or x.get("missing") != y.get("missing")
                for name, _, _ in differences(x, y):
                    if not reasons or name not in ("change", "reviewDueAt"):
                        fields[name] += 1
            if len(one) != len(two):
                fields["recommendations"] += 1
            bad_journeys += bool(fields)
            for name in fields:
                table[name] += 1
                known = examples.get(name)
                if known is None or len(lines[n]) < len(known[1]):
                    examples[name] = (n, lines[n])
    absent = coverage(counts, played)
    causes = collections.Counter(cause for cause, _, _ in roots)
    wanted = [f for f in options.fields.split(",") if f]
    for cause, _ in causes.most_common(None if wanted else options.show):
        for name, n, text in sorted(roots, key=lambda r: len(r[2])):
            if name == cause and (not wanted or name in wanted):
                report(n, text, rival, name)
                break
    print("journeys that differ: %d of %d" % (bad_journeys, options.journeys))
    for name, count in causes.most_common():
        print("  %6d journeys begin to differ in %s" % (count, name))
    for name, count in table.most_common():
        print("  %6d  %s" % (count, name))
    if absent:
        print("never reached: " + ", ".join(absent))
    return 1 if table or (absent and not options.differences_only) else 0


if __name__ == "__main__":
    sys.exit(main())
