"""Disturbs a journey: versions, removals, late arrivals, duplicates, ties, bad lines."""
import copy
import json
import uuid

BODIES = """pathology molecular laboratory imaging endoscopy clinicalStatus systemicTherapy surgery
radiotherapy board referral centre death reevaluate""".split()
REMOVED = ("RETRACTED", "WRONG_PATIENT", "CANCELLED")


def body_of(event):
    return next((k for k in BODIES if k in event), "board")


def fresh(journey, event):
    ret = copy.deepcopy(event)
    ret["eventId"] = str(uuid.UUID(int=journey.rng.getrandbits(128), version=4))
    return ret


def mutate(journey, event):
    """Another content of the same report: the same kind of body of another event."""
    kind = body_of(event)
    others = [e for e in journey.events if kind in e]
    event[kind] = copy.deepcopy(journey.rng.choice(others)[kind])
    if journey.chance(0.1):
        event["effectiveAt"] = journey.when(max(0, event["_day"] - journey.rng.randrange(0, 20)),
                                            kind)


def versions_of(journey, event):
    """The event and later versions of its report."""
    rng, counts = journey.rng, journey.counts
    ret = [event]
    event["_at"] = event["_day"] + (0 if journey.chance(0.6) else rng.randrange(0, 6))
    roll = rng.random()
    later = event["_at"] + rng.randrange(0, 40)
    if roll < 0.05:
        event["status"] = "REPORT_STATUS_PRELIMINARY"
        final = fresh(journey, event)
        final["status"] = "REPORT_STATUS_FINAL"
        final["_at"] = later
        if journey.chance(0.3):
            del final[body_of(final)]
            counts["final without body"] += 1
        if journey.chance(0.7):
            final["reportVersion"] = 2
        if journey.chance(0.8):
            ret.append(final)
        counts["preliminary"] += 1
    elif roll < 0.10:
        again = fresh(journey, event)
        again["status"] = "REPORT_STATUS_" + rng.choice(["CORRECTED", "AMENDED"])
        again["reportVersion"] = 2
        again["_at"] = later
        mutate(journey, again)
        ret.append(again)
        counts["corrections"] += 1
    elif roll < 0.13:
        again = fresh(journey, event)
        again["status"] = "REPORT_STATUS_" + rng.choice(REMOVED)
        again["reportVersion"] = 2
        again["_at"] = later
        if journey.chance(0.5):
            del again[body_of(again)]
        if journey.chance(0.3):
            del again["effectiveAt"]
        ret.append(again)
        counts["retractions"] += 1
        if journey.chance(0.2):
            third = fresh(journey, event)
            third["reportVersion"], third["_at"] = 3, later + 3
            ret.append(third)
    elif roll < 0.145:
        twin = fresh(journey, event)
        mutate(journey, twin)
        ret.append(twin)
        counts["ties"] += 1
        if journey.chance(0.5):
            third = fresh(journey, event)
            third["reportVersion"], third["_at"] = 2, later
            ret.append(third)
    elif roll < 0.155:
        event["status"] = "REPORT_STATUS_PRELIMINARY"
        again = fresh(journey, event)
        again["status"], again["_at"] = "REPORT_STATUS_CANCELLED", later
        again["reportVersion"] = 2
        ret.append(again)
    for e in ret:
        e.setdefault("_at", event["_at"])
        if journey.chance(0.75) or e["_at"] != e["_day"]:
            e["issuedAt"] = journey.date(e["_at"]) + (
                "T%02d:00:00Z" % rng.randrange(24) if journey.chance(0.3) else "")
    twins = [e for e in ret if e.get("reportVersion") == event.get("reportVersion")]
    if len(twins) > 1 and roll >= 0.13 and roll < 0.145:
        for e in twins:
            e.pop("issuedAt", None)
            e["_at"] = event["_day"]
    return ret


BAD = [
    lambda e: e.update(effectiveAt="2023-13-40"),
    lambda e: e.update(effectiveAt="2023-05-05T10:00:00"),
    lambda e: e.update(status="REPORT_STATUS_DONE"),
    lambda e: e.update(status="REPORT_STATUS_UNSPECIFIED"),
    lambda e: e.update(eventId="nonsense"),
    lambda e: e.update(effectiveAt="2031-01-01", issuedAt="2022-01-01"),
    lambda e: e.update(endoscopy={"distance": {"cm": "30.1"}}) if body_of(e) == "endoscopy"
    else e.update(status="FINAL"),
    lambda e: e.update({body_of(e): {"unknownField": 1}}),
    lambda e: e.pop("effectiveAt", None),
]


def disturb(journey):
    """The journey's lines in arrival order, as (order, text)."""
    rng, counts = journey.rng, journey.counts
    same = [e for e in journey.events if journey.chance(0.03)]
    for e in same:
        e["reportId"] = "7"
        e["sourceSystem"] = rng.choice(["lab", "ris"])
        counts["equal report numbers"] += 1
    arrivals = []
    for event in journey.events:
        for e in versions_of(journey, event):
            order = e["_at"]
            if journey.chance(0.05):
                order += rng.randrange(5, 120)
                counts["late arrivals"] += 1
            arrivals.append([order, len(arrivals), e])
    for order, _, e in list(arrivals):
        if journey.chance(0.015):
            arrivals.append([order + rng.randrange(0, 30), len(arrivals), copy.deepcopy(e)])
            counts["duplicates"] += 1
        elif journey.chance(0.004):
            bad = fresh(journey, e)
            rng.choice(BAD)(bad)
            arrivals.append([order + 1, len(arrivals), bad])
            counts["refused lines"] += 1
    arrivals.sort(key=lambda a: a[:2])
    ret = []
    for _, _, e in arrivals:
        ret.append(json.dumps({k: v for k, v in e.items() if k[0] != "_"}))
    return ret
