"""Makes reports unusual, field by field after the contract: every enum value, fields left out,
combinations that no plausible course of events has.
"""
import copy

import event as events

KEEP = ("event_id", "patient", "tumour_id", "report_id", "report_version", "status",
        "effective_at", "issued_at", "source_system")
TEXTS = {
    "topography": ["C20", "C20.9", "C19", "C19.9", "C18.7", "C21.0", "C20.1", "C34.1", "rectum", ""],
    "t": ["T0", "Tis", "cT1", "cT2", "pT3", "cT4", "cT4a", "ypT4b", "rcT3", "TX", "pT1sm2", ""],
    "n": ["cN0", "cN1", "pN1a", "pN1b", "cN1c", "cN2", "ypN2a", "pN2b", "NX", "N3", ""],
    "m": ["M0", "cM0", "cM1", "pM1a", "cM1b", "cM1c", "M1", "MX", ""],
    "group": ["0", "I", "IIA", "IIB", "IIC", "III", "IIIA", "IIIB", "IIIC", "IV", "IVA", "IVB",
              "IVC", ""],
    "cm": ["0", "5", "11.9", "12.0", "12.001", "14.9", "15", "15.001", "18", "30"],
    "short_axis_mm": ["0", "6.9", "6.999", "7", "9.9", "9.999", "10", "15", "40"],
    "diameter_mm": ["0", "0.5", "4.9", "5", "9.9", "9.999", "10", "12", "14.9", "15", "19.9", "20",
                    "30", "70"],
    "value": ["0", "2.5", "4.99", "4.999", "5", "5.0", "5.001", "6", "40"],
    "upper_limit": ["0", "2.5", "3", "5", "6.5"],
    "unit": ["ng/mL", "ug/L", "\u00b5g/L", "ng/ml", "mg/L", "U/mL", ""],
    "reason_text": ["", "symptoms"], "regimen_text": ["", "FOLFOX"], "name": ["", "centre"],
    "station_text": ["", "beside the aorta"], "variant_text": ["", "p.G12D"],
    "lesion_id": ["n0", "n1", "n2", "p", "h", "x0", "x1", "x2"],
}
NUMBERS = {"ecog": range(5), "line": range(4), "edition": (0, 5, 7, 8), "examined": range(9),
           "positive": range(8), "min": range(1, 6), "max": range(1, 6)}


def drawn(rng, kind, name):
    """A value of a field, as JSON has it; None: left out."""
    if kind in events.ENUMS:
        return rng.choice(list(events.ENUMS[kind]))
    if kind in events.MESSAGES:
        return message(rng, kind, 0.5)
    if kind == "uint32":
        return rng.choice(list(NUMBERS[name])) if name in NUMBERS else None
    return rng.choice(TEXTS[name]) if name in TEXTS else None


def fields_of(kind):
    return {item[0]: item for item in events.MESSAGES[kind].values()}.values()


def message(rng, kind, share):
    """A message with a share of its fields."""
    ret = {}
    for name, field, many, _ in fields_of(kind):
        if rng.random() >= share:
            continue
        if many:
            ret[events.camel(name)] = [drawn(rng, field, name) for _ in range(rng.randrange(1, 3))]
        else:
            value = drawn(rng, field, name)
            if value is not None:
                ret[events.camel(name)] = value
    return ret


def known(value, key):
    return next((k for k in (key, events.camel(key)) if k in value), None)


def vary(rng, kind, value, when):
    """Change one field of a message, or of one below it."""
    fields = list(fields_of(kind))
    if not fields:
        return  # a death
    name, field, many, _ = rng.choice(fields)
    key = known(value, name) or events.camel(name)
    there = value.get(key)
    if name == "planned_for":
        value[key] = when()
    elif there is not None and rng.random() < 0.25:
        del value[key]
    elif many and there and rng.random() < 0.75:
        at = rng.randrange(len(there))
        roll = rng.random()
        if roll < 0.2:
            there.append(copy.deepcopy(there[at]))
        elif field in events.MESSAGES:
            vary(rng, field, there[at], when)
        else:
            there[at] = drawn(rng, field, name)
    elif many:
        value.setdefault(key, []).append(drawn(rng, field, name))
    elif field in events.MESSAGES and there is not None and rng.random() < 0.75:
        vary(rng, field, there, when)
    else:
        new = drawn(rng, field, name)
        if new is not None:
            value[key] = new


def disorder(journey, share):
    """Vary some of a journey's reports, and put in some that nobody would send."""
    rng = journey.rng
    kinds = {item[0]: item[1] for item in events.MESSAGES["ClinicalEvent"].values()
             if item[0] in events.BODIES}
    for event in list(journey.events):
        name = next(n for n in kinds if known(event, n))
        if rng.random() < share:
            for _ in range(rng.randrange(1, 4)):
                vary(rng, kinds[name], event[known(event, name)],
                     lambda e=event: journey.when(e["_day"] + rng.randrange(0, 90)))
            journey.counts["varied reports"] += 1
        if rng.random() < share / 8:
            day = event["_day"] + rng.choice((0, 0, 1, 14, 15, 28, 29, 42, 43))
            other = rng.choice([n for n in kinds if n not in ("death", "review_due", "reevaluate",
                                                              "dead_letter_resolved")])
            journey.emit(events.camel(other), message(rng, kinds[other], 0.5), day)
            journey.counts["drawn reports"] += 1
        if rng.random() < share / 16:
            twin = copy.deepcopy(rng.choice(journey.events))
            twin["reportId"] = event["reportId"]
            journey.events.append(journey.fresh(twin))
            journey.counts["reports of several kinds"] += 1
        if rng.random() < share / 8:
            near = rng.choice(journey.events)
            event["_day"], event["effectiveAt"] = near["_day"], journey.when(near["_day"])
            journey.counts["moved to the day of another"] += 1
