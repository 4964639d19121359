"""Conditions that depend on the day of judgement, and the selection factors.

Three-valued: True, False, None.  Every condition that can be unknown comes with its missing inputs
as (name, reason).
"""
import datetime

from chart import FOUR, UNITS, all3, emergency, shows, symptomatic, symptoms
from clinical_time import EPOCH, compare, of_day, older_than
import nodes
import therapy

REGIONS = ("CHEST", "ABDOMEN", "PELVIS")
VALID = 42


def counts_as_ct(body, region):
    """A PET-CT counts before therapy only as diagnostic CT of all three regions."""
    return shows(body, region) and (body["modality"] == "CT" or set(REGIONS) <= set(
        body["regions"]))


def staging_ct(chart, day, until=None):
    """(truth, missing, stale) of the CT parts, judged before therapy on a day."""
    truths, missing, stale = [], [], False
    for region in REGIONS:
        dates = [e.time for e in chart.of("imaging") if counts_as_ct(e.body, region)
                 and (until is None or compare(e.time, until) <= 0)]
        ages = [older_than(t, VALID, day) for t in dates]
        pending = any(r.state == "pending" and r.kind == "imaging" and counts_as_ct(
            r.event.body, region)
                      and (until is None or compare(r.event.time, until) <= 0)
                      for r in chart.reports)
        name = "ct_" + region.lower()

        def reason(extra):
            return chart.reason(name, extra, lambda e: e.kind == "imaging" and counts_as_ct(
                e.body, region) and (until is None or e.time is None
                                     or compare(e.time, until) <= 0))
        if False in ages:
            truths.append(True)
        elif None in ages:
            truths.append(None)
            missing.append((name, reason("STALE")))
        elif pending:
            truths.append(None)
            missing.append((name, reason("STALE" if ages else "PENDING")))
        else:
            truths.append(False)
            missing.append((name, reason("STALE" if ages else "NOT_ASSESSED")))
        stale = stale or (truths[-1] is False and bool(ages))
    return all3(truths), missing, stale


def of_point(chart, point):
    regions = {r for e in point.ct_scans() for r in e.body["regions"]} if point else set()
    missing = [("ct_" + r.lower(), "NOT_ASSESSED") for r in REGIONS if r not in regions]
    return not missing, missing, False


def ct3(chart, day, response):
    if chart.line is None:
        return staging_ct(chart, day)
    if response.point is not None:
        return of_point(chart, response.point)
    latest = chart.course.restaging()
    if latest:
        return of_point(chart, latest)
    start = chart.lines[-1].start
    return staging_ct(chart, start.lo, start)


def fitness(chart, day, for_surgery=False):
    """(FIT, missing, ECOG)."""
    ecog = comorbid = statement = None
    ecog_event = None
    relevant_after = False
    for e in chart.of("clinical_status"):
        b = e.body
        if b["ecog"] is not None:
            ecog, ecog_event = b["ecog"], e
        if b["comorbidity"]:
            comorbid = b["comorbidity"]
            relevant_after = comorbid == "RELEVANT"
        if b["fitness"]:
            statement, relevant_after = b["fitness"], False
    missing = []
    truth = None if ecog is None else ecog <= 2
    if ecog is None:
        missing.append(("ecog", chart.reason("ecog")))
    elif for_surgery and older_than(ecog_event.time, 84, day) is not False:
        truth = None
        missing.append(("ecog", "STALE"))
    if statement == "UNFIT":
        other = False
    elif statement == "FIT":
        other = None if relevant_after else True
    else:
        other = {"NONE": True}.get(comorbid)
    if other is None:
        missing.append(("comorbidity", chart.reason(
            "comorbidity", "NOT_STATED" if comorbid else "NOT_ASSESSED")))
    both = all3([truth, other])
    return both, missing if both is None else [], ecog


def extent_ok(chart, ct_truth, ct_missing):
    missing = []
    doubtful = bool(chart.definite_sites or chart.equivocal_since)
    if chart.unresectable:
        return False, []
    if chart.equivocal_since and not chart.definite_sites:
        missing.append(("extent", chart.reason("extent", "NOT_STATED")))
    if ct_truth is not True:
        missing += ct_missing
    return (None if doubtful or ct_truth is not True else True), missing


def add_months(time, months, last=False):
    """The day so many months after a day, the last one it can mean on request."""
    date = datetime.date.fromordinal((time.hi if last else time.lo) + EPOCH)
    index = date.month - 1 + months
    year, month = date.year + index // 12, index % 12 + 1
    for day in range(date.day, 27, -1):
        try:
            return datetime.date(year, month, day).toordinal() - EPOCH
        except ValueError:
            continue
    return datetime.date(year, month, date.day).toordinal() - EPOCH


def timing(chart):
    """(True metachronous, False synchronous, None; warnings)."""
    first = chart.episode.first
    if chart.paln is not True or first is None:
        return None, []
    done = sorted((e.time for e in chart.primary_resections), key=lambda t: (t.lo, t.precision))
    if not done:
        waited = any(e.body["kind"] in ("LONG_COURSE_CHEMORADIATION", "SHORT_COURSE")
                     and e.body["state"] == "DONE" and first.lo - e.time.lo >= 183
                     for e in chart.of("radiotherapy"))
        return (None if waited else False), []
    completion = done[0]
    if compare(first, completion) <= 0:
        return False, []
    negative = any(
        e.body["modality"] in ("CT", "MRI", "PET_CT") and "ABDOMEN" in e.body["regions"]
        and compare(e.time, completion) <= 0
        and any(n["station"] == "PARA_AORTIC" and n["statement"] == "NEGATIVE"
                for n in e.body["nodes"]) for e in chart.of("imaging"))
    if negative:
        return True, ["W-TIMING-EARLY"] if first.lo < add_months(completion, 6) else []
    if first.lo >= add_months(completion, 12, last=True):
        return True, ["W-TIMING-PRESUMED"]
    return None, []


def node_count(chart):
    """(True favourable, False unfavourable, None; reason)."""
    if chart.paln is not True:
        return None, "NOT_ASSESSED"
    episode = chart.episode
    if chart.resected:
        best, total, vague, reason = None, 0, False, "NOT_ASSESSED"
        for e in chart.of("pathology"):
            if e.body["specimen"] in ("NODE_DISSECTION", "PRIMARY_RESECTION") and compare(
                    e.time, chart.resected.time) >= 0:
                own = [s for s in e.body["stations"] if s["station"] == "PARA_AORTIC"]
                if own:
                    reason = "NOT_STATED"
                    tallies = [(s["tally"] or {}).get("positive") for s in own]
                    total += sum(t or 0 for t in tallies)
                    vague = vague or None in tallies
                    best = None if vague else total
        if total >= 3:
            return False, None
        if best is None:
            return None, reason
        return best <= 2, None
    stored, mentioned = None, False
    first_start = chart.lines[0].start if chart.lines else None
    for e in chart.of("imaging"):
        if episode.followed and compare(e.time, episode.first) < 0:
            continue
        for n in e.body["nodes"]:
            if n["station"] != "PARA_AORTIC" or n["statement"] == "NEGATIVE":
                continue
            mentioned = True
            count = n["count"]
            if not count or (count["min"] is None and count["max"] is None):
                continue
            if first_start is None or compare(e.time, first_start) <= 0:
                stored = count
            elif stored and stored["max"] is not None and count["min"] is not None \
                    and count["min"] > stored["max"]:
                stored = count
    if stored is None:
        return None, "NOT_STATED" if mentioned else "NOT_ASSESSED"
    low, high = stored["min"], stored["max"]
    if low is not None and high is not None and low > high:
        return None, "CONFLICT"
    if high is not None and high <= 2:
        return True, None
    if low is not None and low >= 3:
        return False, None
    return None, "NOT_STATED"


def cea(chart, day):
    """(True below 5, False, None; reason)."""
    decision = of_day(day)
    if chart.resected:
        decision = chart.resected.time
    start = next((line.start for line in chart.lines if compare(line.start, decision) <= 0), None)
    values = [e for e in chart.cea if not chart.resected or e.time.lo <= decision.lo]
    early = False
    if start is not None:
        early = any(compare(e.time, start) <= 0 for e in values)
        values = [e for e in values if compare(e.time, start) > 0]
    if not values:
        return None, "STALE" if early else "NOT_ASSESSED"
    latest = values[-1]
    old = older_than(latest.time, VALID, decision.lo)
    if old is not False:
        return None, "STALE"
    b = latest.body
    if b["unit"] not in UNITS:
        return None, "NOT_STATED"
    value, comparator = b["value"], b["comparator"]
    if comparator is None:
        return value < 5000, None
    if comparator == "LESS":
        truth = True if value <= 5000 else None
    elif comparator == "LESS_OR_EQUAL":
        truth = True if value < 5000 else None
    else:
        truth = False if value >= 5000 else None
    return truth, "NOT_STATED"


def gene(chart, name):
    """(status WILD_TYPE, MUTATED or None, reason)."""
    results = [e.body[name] for e in chart.of("molecular")
               if e.body[name] and e.body[name]["status"]]
    if any(r["status"] == "MUTATED" for r in results):
        return "MUTATED", None
    if any(r["status"] == "WILD_TYPE" for r in results):
        return "WILD_TYPE", None
    last = results[-1]["status"] if results else "NOT_ASSESSED"
    return None, chart.reason(name, "NOT_OBTAINABLE" if last == "FAILED" else last)


def dominant(chart, name, order, definite):
    """(definite value or None, reason): what dominates, else the latest definite one."""
    values = [e.body[name] for e in chart.of("molecular") if e.body[name]]
    for value in order:
        if value in values:
            return value, None
    known = [v for v in values if v in definite]
    if known:
        return known[-1], None
    last = values[-1] if values else "NOT_ASSESSED"
    last = {"FAILED": "NOT_OBTAINABLE", "INDETERMINATE": "NOT_STATED",
            "EQUIVOCAL": "NOT_STATED"}.get(last, last)
    key = {"microsatellite": "msi_mmr"}.get(name, name)
    return None, chart.reason(key, last) if key in ("msi_mmr", "dpyd") else last


def extended_ras(chart):
    """True wild type, False mutated, None."""
    kras, _ = gene(chart, "kras")
    nras, _ = gene(chart, "nras")
    if "MUTATED" in (kras, nras):
        return False

    def extended(name):
        return any(e.body[name] and e.body[name]["status"] == "WILD_TYPE"
                   and e.body[name]["tested"] == "EXTENDED" for e in chart.of("molecular"))
    return True if extended("kras") and extended("nras") else None


MATERIAL = ("pathology", "molecular", "imaging", "endoscopy", "clinical_status",
            "systemic_therapy", "surgery", "radiotherapy")


def material(chart):
    """Days of what re-opens the board: (least, time) pairs."""
    ret = []
    previous = None
    for i, e in enumerate(chart.hist):
        if e.kind not in MATERIAL:
            continue
        if e.kind == "systemic_therapy" and e.body["action"] != "STOP":
            continue
        if e.kind == "molecular":
            results = [e.body[g]["status"] for g in ("kras", "nras", "braf") if e.body[g]]
            results += [e.body[n] for n in ("microsatellite", "her2", "dpyd", "ugt1a1")]
            if all(r in (None, "PENDING", "NOT_ASSESSED") for r in results):
                continue
        if e.kind == "clinical_status":
            now = status_until(chart, i + 1)
            previous = status_until(chart, i)
            if now == previous:
                continue
        ret.append(e.time)
    for r in chart.reports:
        for e in r.top:
            if e.status not in ("PRELIMINARY", "FINAL") and e.issued and (
                    r.kind in MATERIAL or r.kind is None):
                if r.kind == "systemic_therapy" and r.bodies and r.bodies[-1]["action"] == "CYCLE":
                    continue
                ret.append(e.issued)
    return ret


class Prefix:
    """A chart cut off after the first events, as far as fitness reads it."""

    def __init__(self, chart, size):
        self.hist = chart.hist[:size]
        self.reason = lambda name, extra="": extra

    def of(self, kind):
        return [e for e in self.hist if e.kind == kind]


def status_until(chart, size):
    prefix = Prefix(chart, size)
    known = symptoms(prefix.hist)
    return fitness(prefix, 0)[0], symptomatic(known), emergency(known)


def board_record(chart):
    """(whether the board's record is current, reason)."""
    boards = chart.of("board")
    full = [e for e in boards if FOUR <= set(e.body["disciplines"])]
    changes = chart.material
    for e in full:
        if all(e.time.lo >= t.lo for t in changes):
            return True, None
    return False, chart.reason("mdt_record", "STALE" if full else "NOT_STATED" if boards
                               else "NOT_ASSESSED")


def resection(event):
    return bool((nodes.PRIMARY_PROCEDURES | {"PALND"}) & set(event.body["procedures"]))


def open_plans(chart):
    """Requested or planned resections (and a referral's proposal) that are still open."""
    ret = []
    closing = [e for e in chart.of("surgery") if e.body["state"] in ("DONE", "CANCELLED")
               and (resection(e) or (e.body["state"] == "CANCELLED" and not e.body["procedures"]))]
    order = {id(e): i for i, e in enumerate(chart.hist)}
    for e in chart.hist:
        if e.kind == "surgery" and e.body["state"] in ("REQUESTED", "PLANNED") and resection(e):
            if not any(order[id(c)] > order[id(e)] for c in closing):
                ret.append(e)
        elif e.kind == "referral" and "RESECTION" in e.body["proposes"]:
            boards = [b for b in chart.of("board") if FOUR <= set(b.body["disciplines"])]
            if not any(order[id(c)] > order[id(e)] for c in closing + boards):
                ret.append(e)
    return ret


def response_at(chart, time):
    """RESP as of an operation."""
    course = therapy.Course(chart, chart.episode, time)
    line = course.lines[-1] if course.lines else None
    ret = therapy.response(line)
    if ret.pd or ret.point is None:
        return False if ret.pd else ret.truth
    return ret.truth if older_than(ret.point.time, 84, time.lo) is False else None


def operations(chart):
    """Done resections: records of surgery, and specimens of an operation nobody recorded."""
    recorded = [e for e in chart.of("surgery") if e.body["state"] == "DONE" and resection(e)]
    specimens = [e for e in chart.hist if e.kind == "pathology" and (
        nodes.is_primary_resection(e) or nodes.is_dissection(e))
        and not any(compare(e.time, o.time) == 0 for o in recorded)]
    return recorded + specimens


def premature_done(chart):
    first = chart.episode.first
    for e in operations(chart):
        if e.kind == "surgery" and e.body["urgency"] == "EMERGENCY":
            continue
        if compare(e.time, first) < 0:
            continue
        by_specimen = [s for s in chart.episode.said if s.sign == "pos" and s.specimen in (
            "PRIMARY_RESECTION", "NODE_DISSECTION") and compare(s.time, first) == 0
            and compare(s.time, e.time) == 0]
        earlier = [s for s in chart.episode.said if s.sign in ("pos", "sus")
                   and compare(s.time, first) == 0 and s not in by_specimen]
        if by_specimen and not earlier:
            continue
        if response_at(chart, e.time) is True:
            continue
        if emergency(symptoms(chart.hist, e.time)):
            continue
        return True
    return False
