"""ClinicalEvent JSON to plain dictionaries, refused as the contract says.

The schema is read from the protobuf files, so that names and numbers stand in one place.  In the
dictionaries an unspecified enum is None, a decimal is an integer in thousandths, an absent message
or number is None, a clinical time is a Time.
"""
import json
import os
import re
import uuid

import clinical_time

PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "proto", "restage",
                     "v1", "clinical_event.proto")
DECIMALS = {"cm": 30000, "short_axis_mm": 1000000, "diameter_mm": 1000000, "value": None,
            "upper_limit": None}
TIMES = ("effective_at", "issued_at", "planned_for")
REMOVING = ("RETRACTED", "WRONG_PATIENT", "CANCELLED")
LIMITS = {"lesions": 256}
TEXT_LIMITS = {"tumour_id": 64, "report_id": 128, "source_system": 64}
BODIES = ("pathology molecular laboratory imaging endoscopy clinical_status systemic_therapy surgery"
          " radiotherapy board referral centre death review_due reevaluate"
          " dead_letter_resolved").split()
DECIMAL = re.compile(r"\d{1,9}(\.\d{1,3})?\Z")


class Refused(Exception):
    """A line that is not accepted."""

    def __init__(self, code, path="", patient=None):
        super().__init__(code)
        self.code, self.path, self.patient, self.at = code, path, patient, None
        self.times, self.tumour = (), None


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def read_schema():
    text = re.sub(r"//[^\n]*", "", open(PROTO, encoding="utf-8").read())
    enums, messages = {}, {}
    for name, body in re.findall(r"enum (\w+) \{(.*?)\}", text, re.S):
        enums[name] = {value: int(number) for value, number in re.findall(r"(\w+) = (\d+);", body)}
    for match in re.finditer(r"message (\w+) \{", text):
        depth, at = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        body = text[match.end():at - 1]
        fields = {}
        for label, kind, name, _ in re.findall(r"(repeated )?\b(\w+) (\w+) = (\d+);", body):
            optional = re.search(r"oneof \w+_presence \{\s*\w+ %s =" % name, body) is not None
            fields[camel(name)] = fields[name] = (name, kind, bool(label), optional)
        messages[match.group(1)] = fields
    return enums, messages


ENUMS, MESSAGES = read_schema()


def prefix_of(enum):
    return re.sub(r"UNSPECIFIED$", "", next(n for n, v in ENUMS[enum].items() if v == 0))


PREFIX = {enum: prefix_of(enum) for enum in ENUMS}
NUMBERS = {enum: {number: name for name, number in values.items()}
           for enum, values in ENUMS.items()}
DEFAULTS = {message: {name: [] if many else None if kind in ENUMS or kind in MESSAGES or optional
                      or name in DECIMALS or name in TIMES else 0 if kind == "uint32" else ""
                      for name, kind, many, optional in fields.values()}
            for message, fields in MESSAGES.items()}


def scalar(kind, name, value, path):
    if kind in ENUMS:
        if isinstance(value, bool):
            raise Refused("undecodable", path)
        if isinstance(value, int):
            if value not in NUMBERS[kind]:
                raise Refused("unknown_enum", path)
            value = NUMBERS[kind][value]
        elif not isinstance(value, str):
            raise Refused("undecodable", path)
        elif value not in ENUMS[kind]:
            raise Refused("unknown_enum", path)
        return None if ENUMS[kind][value] == 0 else value[len(PREFIX[kind]):]
    if kind == "uint32":
        if isinstance(value, str) and re.fullmatch(r"\d{1,10}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 32:
            raise Refused("undecodable", path)
        return value
    if not isinstance(value, str):
        raise Refused("undecodable", path)
    if "\0" in value:
        raise Refused("embedded_nul", path)
    return value


def message(kind, value, path):
    if not isinstance(value, dict):
        raise Refused("undecodable", path)
    ret = {key: list(default) if default == [] else default
           for key, default in DEFAULTS[kind].items()}
    seen = set()
    bodies = 0
    for key, item in value.items():
        if key not in MESSAGES[kind]:
            raise Refused("undecodable", path + "." + key)
        name, field, many, _ = MESSAGES[kind][key]
        if name in seen:
            raise Refused("undecodable", path + "." + key)
        seen.add(name)
        where = path + "." + name if path else name
        if item is None:
            continue
        if kind == "ClinicalEvent" and name in BODIES:
            bodies += 1
            if bodies > 1:
                raise Refused("undecodable", where)
        if many:
            if not isinstance(item, list):
                raise Refused("undecodable", where)
            ret[name] = [message(field, one, where) if field in MESSAGES
                         else scalar(field, name, one, where) for one in item]
        else:
            ret[name] = message(field, item, where) if field in MESSAGES else scalar(
                field, name, item, where)
    return ret


def check(kind, value, path):
    """Limits, decimals and times of a decoded message; decimals and times are replaced."""
    for name, field, many, _ in {item[0]: item for item in MESSAGES[kind].values()}.values():
        item = value[name]
        where = path + "." + name if path else name
        if many:
            if len(item) > LIMITS.get(name, 64):
                raise Refused("too_many_items", where)
            if field in MESSAGES:
                for one in item:
                    check(field, one, where)
        elif item is None:
            continue
        elif field in MESSAGES:
            if kind != "ClinicalEvent" or name != "patient":
                check(field, item, where)
        elif field == "string":
            if name in DECIMALS and (name != "value" or kind == "Laboratory"):
                value[name] = decimal(item, DECIMALS[name], where)
            elif name in TIMES:
                value[name] = time(item, where)
            elif len(item.encode("utf-8", "surrogatepass")) > TEXT_LIMITS.get(name, 1024):
                raise Refused("text_too_long", where)
        elif name == "ecog" and item > 4:
            raise Refused("impossible_value", where)


def decimal(text, limit, path):
    if text == "":
        return None
    if not DECIMAL.match(text) or not text.isascii():
        if re.fullmatch(r"-\d{1,9}(\.\d{1,3})?", text):
            raise Refused("impossible_value|bad_decimal", path)
        raise Refused("bad_decimal", path)
    whole, _, part = text.partition(".")
    value = int(whole) * 1000 + int((part + "000")[:3])
    if limit is not None and value > limit:
        raise Refused("impossible_value", path)
    return value


def time(text, path):
    if text == "":
        return None
    ret = clinical_time.parse(text)
    if ret is None:
        raise Refused("bad_time", path)
    if ret.key[0] < 1900:
        raise Refused("impossible_value", path)
    return ret


def unique(pairs):
    ret = {}
    for key, value in pairs:
        if key in ret:
            raise Refused("undecodable", key)
        ret[key] = value
    return ret


class Event:
    """One version of one report."""
    __slots__ = ("id", "id_bytes", "patient", "tumour", "report", "version", "status", "time",
                 "issued", "source", "kind", "body", "content", "key", "rank", "promoted", "order")


def identity(raw):
    patient = raw["patient"]
    if patient is None or not patient["authority"] or not patient["value"]:
        raise Refused("missing_identity", "patient")
    for name in ("authority", "value"):
        text = patient[name]
        if len(text.encode("utf-8", "surrogatepass")) > 128 or any(
                ord(c) < 32 or ord(c) == 127 for c in text):
            raise Refused("bad_identity", "patient." + name)
    if "|" in patient["authority"]:
        raise Refused("bad_identity", "patient.authority")
    return patient["authority"], patient["value"]


def known_patient(value):
    """The patient of a line that is refused, when it can be told."""
    try:
        patient = message("Identifier", value["patient"], "patient")
        return identity({"patient": patient})
    except (Refused, KeyError, TypeError):
        return None


def decode(line):
    """The event of a line; raises Refused, with the patient when that is known."""
    try:
        value = json.loads(line, object_pairs_hook=unique)
    except Refused:
        raise
    except ValueError:
        raise Refused("undecodable") from None
    if not isinstance(value, dict):
        raise Refused("undecodable")
    patient = known_patient(value)
    try:
        return build(message("ClinicalEvent", value, ""))
    except Refused as refused:
        refused.patient = patient
        refused.times = [value.get(n) or value.get(camel(n)) for n in ("issued_at", "effective_at")]
        refused.tumour = value.get("tumourId") or value.get("tumour_id") or "primary"
        raise


def build(raw):
    ret = Event()
    kind = next((name for name in BODIES if raw[name] is not None), None)
    ret.kind = kind
    ret.patient = None if kind == "dead_letter_resolved" and raw["patient"] is None \
        else identity(raw)
    try:
        ret.id_bytes = uuid.UUID(raw["event_id"]).bytes
        if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
                            raw["event_id"]):
            raise ValueError
    except ValueError:
        raise Refused("bad_event_id", "event_id") from None
    ret.content = json.dumps({key: item for key, item in raw.items()
                              if key not in ("event_id", "issued_at")}, sort_keys=True)
    check("ClinicalEvent", raw, "")
    if raw["status"] is None:
        raise Refused("missing_field", "status")
    if kind is None and raw["status"] not in REMOVING + ("FINAL",):
        raise Refused("missing_field", "body")
    if raw["effective_at"] is None and raw["status"] not in REMOVING:
        raise Refused("missing_field", "effective_at")
    ret.id = str(uuid.UUID(raw["event_id"]))
    ret.tumour = raw["tumour_id"] or "primary"
    ret.report = raw["report_id"] or ret.id
    ret.version = raw["report_version"] or 1
    ret.status = raw["status"]
    ret.time, ret.issued, ret.source = raw["effective_at"], raw["issued_at"], raw["source_system"]
    ret.body = raw[kind] if kind else None
    ret.rank = {"PRELIMINARY": 0, "FINAL": 1, "CORRECTED": 2, "AMENDED": 2}.get(ret.status, 3)
    ret.key = (ret.version, -1 << 62 if ret.issued is None else ret.issued.instant, ret.rank)
    ret.promoted = False
    return ret
