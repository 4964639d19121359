"""The clinical core once more, from the texts alone: ClinicalEvent lines in, Recommendations out.

    python3 tests/oracle/evaluate.py [FILE|-] [--as-of T] [--last]
"""
import argparse
import json
import sys

from chart import Chart
import clinical_time
from clinical_time import DAY_MS, print_instant
import event as events
import judge
from rules import FINDINGS, PACKET, STRENGTH, WARNINGS
import versions

STATUS = {True: "STATUS_APPLIES", False: "STATUS_NOT", None: "STATUS_UNDETERMINED"}


class Subject:
    """Everything that is kept of one subject."""

    def __init__(self, key):
        self.key, self.events, self.by_id = key, [], {}
        self.sequence, self.as_of, self.last, self.applied = 0, None, None, None

    def add(self, event):
        self.events.append(event)
        self.by_id[event.id_bytes] = event


def arrival(event):
    time = event.issued or event.time
    if time is None:
        return None
    return instant_of(time)


def instant_of(time):
    return time.instant if time.precision == 4 else time.lo * DAY_MS + DAY_MS // 2


def later(a, b):
    """At common precision."""
    if a.precision == 4 and b.precision == 4:
        return a.instant > b.instant
    return clinical_time.compare(a, b) > 0


class Session:
    """Lines in arrival order."""

    def __init__(self, as_of=None, final=None):
        self.subjects, self.patients, self.holds = {}, {}, {}
        self.refused, self.out = [], []
        self.as_of, self.final = as_of, final or {}
        self.counts = {}

    def feed(self, number, line):
        try:
            event = events.decode(line)
            self.apply(event, number)
        except events.Refused as refused:
            self.refused.append((number, refused.code.split("|"), refused.path))
            if refused.patient is not None:
                self.holds.setdefault(refused.patient, []).append(
                    ("line-%d" % number, refused.code))
                for subject in self.patients.get(refused.patient, ()):
                    for text in refused.times:
                        time = clinical_time.parse(text) if isinstance(text, str) else None
                        if refused.at is None and time is not None:
                            refused.at = instant_of(time)
                    addressed = self.subjects.get((refused.patient, refused.tumour))
                    if addressed:
                        refused.at = addressed.as_of if refused.at is None else max(
                            refused.at, addressed.as_of)
                    if refused.at is not None:
                        subject.as_of = max(subject.as_of, refused.at)
                    self.publish(subject, None, subject.as_of, None, number)

    def apply(self, event, number):
        if event.kind == "dead_letter_resolved":
            self.resolve(event)
        if event.patient is None:
            return
        key = (event.patient, event.tumour)
        subject = self.subjects.get(key) or Subject(key)
        at = arrival(event)
        if at is None:
            at = subject.as_of if subject.as_of is not None else 0
        if subject.as_of is not None:
            at = max(at, subject.as_of)
        if event.time is not None and event.time.instant > at + DAY_MS:
            raise self.refuse(event, "future_date", "effective_at", at)
        known = subject.by_id.get(event.id_bytes)
        if known is not None:
            if known.content != event.content:
                raise self.refuse(event, "event_id_conflict", "event_id", at)
            self.counts["duplicate"] = self.counts.get("duplicate", 0) + 1
            return
        for other in subject.events:
            if other.content == event.content and other.key == event.key \
                    and other.report == event.report:
                self.counts["duplicate"] = self.counts.get("duplicate", 0) + 1
                subject.add(event)
                return
        if key not in self.subjects:
            self.subjects[key] = subject
            self.patients.setdefault(event.patient, []).append(subject)
        before = versions.select(subject.events)
        subject.add(event)
        if versions.is_older(event, subject.events):
            self.counts["older"] = self.counts.get("older", 0) + 1
            subject.as_of = at
            return
        subject.as_of = at
        self.publish(subject, event, at, before, number)

    def refuse(self, event, code, path, at):
        ret = events.Refused(code, path, event.patient)
        ret.at, ret.tumour = at, event.tumour
        return ret

    def resolve(self, event):
        for patient, holds in self.holds.items():
            self.holds[patient] = [h for h in holds if h[0] != event.body["dead_letter_id"]]

    def publish(self, subject, event, at, before, number):
        subject.sequence += 1
        if event is not None:
            subject.applied = subject.sequence
        if self.final.get(subject.key) == subject.sequence:
            subject.as_of = at = self.as_of
        held = self.holds.get(subject.key[0], [])
        reports = versions.select(subject.events)
        chart = Chart(reports)
        if event is not None and event.kind == "review_due":
            pass
        now = judge.Judgement(chart, at // DAY_MS, held)
        packet = self.packet(subject, event, at, before, now, held, chart)
        record = self.render(subject, event, at, now, packet, held, chart)
        self.out.append((subject, record))

    def packet(self, subject, event, at, before, now, held, chart):
        if event is None or now.phase == "PH-END":
            return []
        ret = []
        replaced = [r for r in before if r.state == "counted" and r.event.source == event.source
                    and r.event.report == event.report and r.kind == event.kind
                    and r.event.rank >= 1]
        if event.status in ("CORRECTED", "AMENDED") or (
                event.rank < 3 and replaced and event in chart.hist):
            ret.append("W-CORRECTED")
        if event.status in ("RETRACTED", "WRONG_PATIENT"):
            ret.append("W-RETRACTED")
        if event.rank < 3 and event.kind and not ret and any(later(e.time, event.time)
                                   for e in chart.hist if e is not event
                                   and e.kind not in ("reevaluate", "review_due")):
            others = [e for e in subject.events if e is not event]
            without = judge.Judgement(Chart(versions.select(others)), at // DAY_MS, held)
            if any(without.status.get(code, False) != now.status.get(code, False)
                   for code in FINDINGS):
                ret.append("W-OUT-OF-ORDER")
        return ret

    def render(self, subject, event, at, now, packet, held, chart):
        fields = now.fields()
        applied = {code for code, truth in now.status.items() if truth is True}
        last = subject.last
        subject.last = (fields, applied)
        due = None if now.phase == "PH-END" else judge.due(chart, at // DAY_MS, held, now)
        ret = {"sequence": str(subject.sequence), "asOf": print_instant(at), "kind": now.kind,
               "change": "CHANGE_INITIAL" if last is None else
               "CHANGE_UNCHANGED" if last[0] == fields else "CHANGE_CHANGED",
               "subject": {"patient": {"authority": subject.key[0][0],
                                       "value": subject.key[0][1]}, "tumourId": subject.key[1]},
               "phase": now.phase, "outOfScopeReason": now.reason, "overlays": now.overlays,
               "warnings": [{"code": w} for w in WARNINGS
                            if w in packet or w in now.warnings],
               "safetyFlags": [{"code": f} for f in now.flags],
               "holds": [{"deadLetterId": i, "errorCode": c} for i, c in held],
               "reviewDueAt": "" if due is None else print_instant(due * DAY_MS)}
        if now.phase != "PH-END":
            s = now.stage
            ret["stage"] = {k: v for k, v in {
                "t": s["t"], "n": s["n"], "m": s["m"], "group": s["group"],
                "reported": [{"t": t, "n": n, "m": m, "group": g, "eventId": i}
                             for t, n, m, g, i in s["reported"]],
                "conflict": "ANSWER_" + s["conflict"] if s["conflict"] else ""}.items() if v}
            ret["findings"] = [self.finding(now, code) for code in FINDINGS]
        ret["missing"] = [{"name": n, "reason": "MISSING_REASON_" + r, "codes": codes}
                          for n, (r, codes) in now.missing.items()]
        if last:
            ret["withdrawn"] = [
                {"code": code, "eventId": event.id if event else ""} for code in FINDINGS
                if code in last[1] and code not in applied]
        return {k: v for k, v in ret.items() if v}

    def finding(self, now, code):
        truth = now.status.get(code, False)
        ret = {"code": code, "strength": "STRENGTH_" + STRENGTH[code], "status": STATUS[truth]}
        if truth is not False:
            ret["presentation"] = "PRESENTATION_" + now.presentation.get(code, "SHOWN")
            ret["flaggedBy"] = now.flagged.get(code, [])
            ret["missing"] = sorted({m[0] for m in now.missing_of.get(code, ())})
        return {k: v for k, v in ret.items() if v}


def play(lines, session):
    for number, line in enumerate(lines, 1):
        if line.strip():
            session.feed(number, line)
    return session


def evaluate(lines, as_of=None, last=False):
    """(recommendations, refused lines)."""
    session = play(lines, Session())
    if as_of is not None:
        final = {key: subject.applied for key, subject in session.subjects.items()}
        session = play(lines, Session(as_of, final))
    out = session.out
    if last:
        newest = {}
        for subject, record in out:
            newest.pop(id(subject), None)
            newest[id(subject)] = (subject, record)
        out = list(newest.values())
    return [record for _, record in out], session


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", default="-")
    parser.add_argument("--as-of")
    parser.add_argument("--last", action="store_true")
    options = parser.parse_args()
    source = sys.stdin if options.file == "-" else open(options.file, encoding="utf-8")
    as_of = clinical_time.parse(options.as_of) if options.as_of else None
    if options.as_of and as_of is None:
        parser.error("--as-of wants a time with an offset, or a date")
    records, session = evaluate(source.read().split("\n"),
                                None if as_of is None else instant_of(as_of), options.last)
    for record in records:
        print(json.dumps(record, ensure_ascii=False))
    for number, codes, path in session.refused:
        print("line %d: %s %s" % (number, "|".join(codes), path), file=sys.stderr)
    return 65 if session.refused else 0


if __name__ == "__main__":
    sys.exit(main())
