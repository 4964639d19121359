"""Which version of a report counts (design: which version counts)."""
from event import REMOVING


class Report:
    """All versions of one report: the state, the version that counts, what older ones said."""
    __slots__ = ("kind", "state", "event", "top", "bodies", "spoken")


def bodiless_final(event):
    return event.kind is None and event.status == "FINAL"


def select(events):
    """The reports of a subject from all its events (arrival order does not matter)."""
    named = {}
    for event in events:
        named.setdefault((event.source, event.report), []).append(event)
    ret = []
    for versions in named.values():
        kinds = sorted({event.kind for event in versions if event.kind})
        common = [event for event in versions if event.kind is None]
        for kind in kinds:
            own = [event for event in versions if event.kind == kind]
            ret.append(judge(kind, own + [e for e in common if e.status in REMOVING],
                             [e for e in common if bodiless_final(e)]))
        if not kinds and any(e.status in REMOVING for e in common):
            ret.append(judge(None, [e for e in common if e.status in REMOVING], []))
    return ret


def judge(kind, versions, finals):
    report = Report()
    report.kind = kind
    highest = max(event.key for event in versions)
    top = [event for event in versions if event.key == highest]
    report.bodies = [event.body for event in sorted(versions, key=lambda e: e.key) if event.body]
    report.top, report.event = top, None
    # The versions whose bodies tell what it was about: those that tie, else all that it removes.
    report.spoken = [e for e in versions if e.body is not None and (e in top or top[0].rank == 3)
                     and not (e.rank == 3 and e not in top)]
    event = min(top, key=lambda e: e.id_bytes)
    if event.rank == 3:
        report.state = "cancelled" if all(e.status == "CANCELLED" for e in top) else "removed"
    elif len({e.content for e in top}) > 1:
        report.state = "conflict"
    elif event.status == "PRELIMINARY":
        report.state = "counted" if finals else "pending"
        report.event = event
    else:
        report.state, report.event = "counted", event
    return report


def is_older(event, events):
    """Whether a newer version than this one has arrived: nothing is printed for it then."""
    if bodiless_final(event):
        return False
    rivals = [e for e in events if e is not event and (e.source, e.report) == (event.source,
                                                                              event.report)
              and not bodiless_final(e) and e.key > event.key]
    if event.kind is not None:
        return any(e.kind in (None, event.kind) for e in rivals)
    kinds = {e.kind for e in events if (e.source, e.report) == (event.source, event.report)}
    if kinds - {None}:
        return all(any(e.kind in (None, kind) for e in rivals) for kind in kinds - {None})
    return bool(rivals)


def history(reports):
    """The counted events in clinical order."""
    counted = [report.event for report in reports if report.state == "counted"]
    counted.sort(key=lambda e: (e.time.instant, e.time.precision, e.key, e.id_bytes))
    return counted
