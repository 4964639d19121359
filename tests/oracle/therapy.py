"""Systemic therapy: lines, response per line, earlier progression (decisions 11-17, 56-60)."""
from clinical_time import compare, of_day
import nodes
import recist


def inherited(events):
    """Systemic therapy with the intent a CYCLE or STOP inherits from its START: (event, intent).

    A CYCLE that itself says it is not adjuvant, of a line without a START, begins its line.
    """
    ret, last = [], {}
    for e in events:
        intent, action, line = e.body["intent"], e.body["action"], e.body["line"]
        if action == "START" or (action == "CYCLE" and intent not in (None, "ADJUVANT")
                                 and last.get(line, "ADJUVANT") == "ADJUVANT"):
            last[0] = last[line] = intent
        elif intent is None:
            intent = last.get(line, last.get(0))
        ret.append((e, intent))
    return ret


def starts(events):
    """STARTs, and CYCLEs that read as such because their line has no earlier one."""
    ret, seen, current = [], set(), None
    for e, intent in inherited(events):
        number = e.body["line"] or current or 1
        if intent == "ADJUVANT":
            if e.body["action"] == "START":
                ret.append(e)
            continue
        if e.body["action"] == "START" or (e.body["action"] == "CYCLE" and number not in seen):
            ret.append(e)
            seen.add(number)
            current = number
    return ret


class Line:
    __slots__ = ("number", "start", "end", "drugs", "points", "baseline", "stop_pd", "events")


class Course:
    """The lines of one episode."""

    def __init__(self, chart, episode, until=None):
        self.lines, self.seen, self.number, self.running = [], set(), 1, 1
        limit = episode.before  # what follows it, once it is over

        def inside(time):
            return (until is None or compare(time, until) <= 0) and (
                limit is None or compare(time, limit) < 0) and (
                not episode.followed or (episode.first is not None
                                         and compare(time, episode.first) >= 0))
        self.scans = [e for e in chart.of("imaging") if inside(e.time)]
        self.boards = [e for e in chart.of("board") if e.body["response"] and inside(e.time)]
        self.chart = chart
        for e, intent in inherited(chart.of("systemic_therapy")):
            if "ADJUVANT" in (e.body["intent"], e.body["action"] != "STOP" and intent):
                continue
            if inside(e.time):
                self.add(e, episode)
            elif e.body["action"] != "STOP" and (until is None or compare(e.time, until) <= 0):
                self.seen.add(e.body["line"] or 1)
                self.running = e.body["line"] or self.running
        for line in self.lines:
            self.respond(line)

    def add(self, e, episode):
        current = self.lines[-1] if self.lines else None
        action = e.body["action"]
        number = e.body["line"] or (current.number if current else
                                    self.running if action == "CYCLE" else self.number)
        known = [line for line in self.lines if line.number == number]
        if action == "START" or (action == "CYCLE" and not known and number not in self.seen):
            self.seen.add(number)
            if not nodes.counts_as_tx(e, episode.first, episode.followed):
                self.number = self.running = number
                if current and number == current.number:
                    current.drugs |= set(e.body["drugs"])
                return
            if action == "START" and not e.body["line"] and current:
                self.respond(current, e.time)
                if holds(current, e.time):
                    number = current.number + 1
            if current is None or current.number != number:
                line = Line()
                line.number, line.start, line.end, line.drugs = number, e.time, None, set()
                line.stop_pd, line.events = None, []
                if current:
                    current.end = e.time
                self.lines.append(line)
                current = line
            known = [current]
        if not known:
            return
        known[-1].events.append(e)
        known[-1].drugs |= set(e.body["drugs"])
        if action == "STOP" and e.body["stop_reason"] == "PROGRESSION":
            line = known[-1]
            if not e.body["line"] and line is self.lines[-1] and len(self.lines) > 1 \
                    and e.time.lo == line.start.lo and not known_later(e.time, line.start):
                line = self.lines[-2]
            line.stop_pd = e.time

    def respond(self, line, end=None):
        end = end or line.end
        line.baseline = recist.Baseline(self.scans, line.start)
        series = recist.points(self.scans, line.start, end)
        boards = [b for b in self.boards if b.time.lo > line.start.lo
                  and (end is None or b.time.lo <= end.lo)]
        line.points = recist.judge(line.baseline, series, self.chart.markers, self.confirmed,
                                   boards)

    def confirmed(self, lesion_id, scan):
        """Whether a later scan calls this lesion definite."""
        for e in self.scans:
            if compare(e.time, scan.time) > 0 or (e is not scan and e.time.lo == scan.time.lo):
                for lesion in e.body["lesions"]:
                    if lesion["lesion_id"] == lesion_id and not recist.absent(lesion) \
                            and lesion["certainty"] == "DEFINITE":
                        return True
        return False

    def restaging(self):
        """The latest time point of the current line with a CT or diagnostic PET-CT."""
        ret = None
        for line in self.lines[-1:]:
            for point in recist.points(self.scans, line.start, line.end):
                if point.ct_scans():
                    ret = point
        return ret


def holds(line, time=None):
    """Whether a PD of this line stands (at a day)."""
    return any(p.category == "PD" and (time is None or compare(p.time, time) <= 0)
               for p in line.points) or (
        line.stop_pd is not None and (time is None or compare(line.stop_pd, time) <= 0))


def known_later(a, b):
    """A time of a day is neither before nor after that day's date."""
    return a.instant > b.instant if a.precision == b.precision == 4 else compare(a, b) > 0


def runs_of(events):
    """Therapy from each START on: [number, adjuvant, start, stop, last cycle]."""
    ret, current, seen = [], None, set()
    for e, intent in inherited(events):
        adjuvant, action = intent == "ADJUVANT", e.body["action"]
        number = e.body["line"] or current or 1
        if action == "START" or (action == "CYCLE" and not adjuvant and number not in seen):
            ret.append([number, adjuvant, e, None, None])
            if not adjuvant:
                seen.add(number)
                current = number
        named = e.body["line"] or (ret[-1][0] if ret else None)
        latest = [r for r in ret if r[0] == named][-1:]
        for run in ret:
            if not latest or run[0] != named or run[1] != latest[0][1]:
                continue
            if action == "CYCLE":
                run[4] = e
            elif action == "STOP" and run[3] is None:
                run[3] = e
    return ret


def during_therapy(events, first):
    """Whether the nodes were first shown during systemic therapy begun earlier (57)."""
    for _, _, start, stop, cycle in runs_of(events):
        if compare(start.time, first) >= 0:
            continue
        last = stop.time.hi + 42 if stop else cycle.time.hi + 42 if cycle else start.time.hi + 183
        if first.lo <= last:
            return True
    return False


def prior_progression(chart, courses, episodes):
    for course in courses:
        lines = course.lines if course is not courses[-1] else course.lines[:-1]
        if any(holds(line) for line in lines):
            return True
    return any(e.first is not None and during_therapy(chart.of("systemic_therapy"), e.first)
               for e in episodes if e.state in ("confirmed", "imaging_positive"))


class Response:
    """RESP as the table reads it; the age is judged later."""
    __slots__ = ("truth", "phase", "warnings", "point", "latest", "evaluable", "conflict", "pd",
                 "equivocal_new", "category", "assess")


def response(line):
    ret = Response()
    ret.truth, ret.phase, ret.warnings = False, "PH-ONTX", []
    ret.point = ret.evaluable = ret.category = ret.assess = None
    ret.conflict = ret.equivocal_new = False
    ret.pd = line is not None and holds(line)
    points = line.points if line else []
    if not points:
        ret.assess = True
        if ret.pd:
            ret.phase = "PH-PD"
        return ret
    latest = points[-1]
    ret.latest = latest
    evaluable = [p for p in points if not p.conflict and p.category not in (None, "NE")]
    ret.evaluable = evaluable[-1] if evaluable else None
    answered = [p for p in points if not p.conflict and p.category in ("PR", "CR")]
    held = None
    for p in points:
        if p.held_conflict:
            held = p
        elif held and p.boards:
            held = None
    ret.conflict = latest.conflict or held is not None
    ret.category = latest.category
    ret.assess = True if latest.conflict or (held and not ret.pd) or latest.category in ("NE", "NON_CR_NON_PD") else None
    if ret.pd:
        ret.phase = "PH-PD"
        return ret
    if ret.conflict:
        ret.truth, ret.warnings = None, ["W-RESP-CONFLICT"]
        return ret
    if latest.category in ("PR", "CR"):
        ret.truth, ret.phase, ret.point = True, "PH-RESP", latest
        if latest.equivocal_new:
            ret.truth, ret.equivocal_new = None, True
    elif latest.category == "NE":
        ret.truth, ret.warnings = None, ["W-RESP-NE"]
        ret.phase = "PH-RESP" if answered else "PH-STABLE" if evaluable else "PH-ONTX"
    elif answered:
        ret.truth, ret.warnings, ret.phase = None, ["W-RESPONSE-WANING"], "PH-RESP"
    elif latest.category == "SD":
        ret.warnings, ret.phase = ["W-SD-SILENT"], "PH-STABLE"
    else:
        ret.truth, ret.warnings, ret.phase = None, ["W-NO-MEASURABLE"], "PH-STABLE"
    return ret
