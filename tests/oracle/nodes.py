"""The para-aortic nodes: statements, evidence, episodes, resection (decisions 3-8, 39-55)."""
from clinical_time import compare

NON_REGIONAL = {"COMMON_ILIAC", "EXTERNAL_ILIAC", "ILIAC_NOS", "SUPERIOR_MESENTERIC",
                "LEFT_COLIC", "INGUINAL", "OTHER_DISTANT"}
REGIONAL = {"MESORECTAL", "SUPERIOR_RECTAL", "MIDDLE_RECTAL", "INFERIOR_RECTAL",
            "INFERIOR_MESENTERIC", "SIGMOID", "PRESACRAL", "LATERAL_SACRAL", "INTERNAL_ILIAC",
            "OBTURATOR"}
PRIMARY_PROCEDURES = {"TME", "WIDE_MESORECTAL_EXCISION", "OTHER_PRIMARY_RESECTION"}


class Statement:
    __slots__ = ("time", "sign", "source", "specimen", "event", "clear", "qualified", "count",
                 "wipes")

    def __init__(self, event, sign, source):
        self.time, self.sign, self.source, self.event = event.time, sign, source, event
        self.specimen, self.clear, self.qualified, self.count = None, False, True, None
        self.wipes = False


def suspicious_by_measure(node):
    axis = node["short_axis_mm"] or 0
    marks = "YES" in (node["heterogeneous"], node["irregular_border"], node["necrosis"])
    return axis >= 10000 or (axis >= 7000 and marks) or node["fdg_uptake"] == "YES"


def shows_abdomen(imaging):
    return "ABDOMEN" in imaging["regions"] and (
        imaging["modality"] in ("CT", "MRI")
        or (imaging["modality"] == "PET_CT" and imaging["diagnostic_ct"] == "YES"))


def of_imaging(event, body, ret):
    for node in body["nodes"]:
        if node["station"] in (None, "RETROPERITONEAL_NOS"):
            if node["statement"] == "METASTATIC":
                ret.append(Statement(event, "nos", "imaging"))
        if node["station"] != "PARA_AORTIC":
            continue
        statement = node["statement"]
        if statement == "METASTATIC":
            ret.append(Statement(event, "pos", "imaging"))
        elif statement == "SUSPICIOUS" or suspicious_by_measure(node):
            ret.append(Statement(event, "sus", "imaging"))
        elif statement == "NEGATIVE":
            one = Statement(event, "neg", "imaging")
            one.qualified = shows_abdomen(body)
            ret.append(one)
        else:
            continue
        ret[-1].count = node["count"]


def of_pathology(event, body, ret):
    stations = [s for s in body["stations"] if s["station"] == "PARA_AORTIC" and s["result"]]
    if not stations:
        return
    positive = any(s["result"] == "POSITIVE" for s in stations)
    one = Statement(event, "pos" if positive else "neg", "pathology")
    one.specimen = body["specimen"]
    if not positive and body["specimen"] == "NODE_DISSECTION":
        one.count = sum((s["tally"] or {}).get("examined") or 0 for s in stations)
        one.clear = one.count >= 3
    ret.append(one)


def statements(hist):
    ret = []
    for event in hist:
        if event.kind == "imaging":
            of_imaging(event, event.body, ret)
        elif event.kind == "pathology":
            of_pathology(event, event.body, ret)
        elif event.kind == "board" and event.body["para_aortic_nodes"]:
            sign = {"METASTATIC": "pos", "SUSPICIOUS": "sus", "NEGATIVE": "neg"}
            ret.append(Statement(event, sign[event.body["para_aortic_nodes"]], "board"))
        elif event.kind == "referral":
            for node in event.body["nodes"]:
                if node["station"] in (None, "RETROPERITONEAL_NOS"):
                    if node["statement"] == "METASTATIC":
                        ret.append(Statement(event, "nos", "referral"))
                elif node["station"] == "PARA_AORTIC" and (
                        node["statement"] in ("METASTATIC", "SUSPICIOUS")
                        or suspicious_by_measure(node)):
                    ret.append(Statement(event, "sus", "referral"))
                    ret[-1].clear = node["statement"] == "METASTATIC"
    return ret


class Context:
    """What the evidence is judged beside: therapy, resections of the primary, abdominal CTs."""

    def __init__(self, hist, starts):
        self.starts = [e for e in starts if e.body["intent"] != "ADJUVANT"]
        self.primary = [e.time for e in hist if is_primary_resection(e)]
        self.abdomen_ct = any(e.kind == "imaging" and e.body["modality"] != "MRI"
                              and shows_abdomen(e.body) for e in hist)

    def start_before(self, time):
        return any(compare(e.time, time) < 0 for e in self.starts)


def is_primary_resection(event):
    return (event.kind == "surgery" and event.body["state"] == "DONE"
            and bool(PRIMARY_PROCEDURES & set(event.body["procedures"]))) or (
        event.kind == "pathology" and event.body["specimen"] == "PRIMARY_RESECTION")


def clears(one, said, context):
    """A dissection all of whose nodes are negative, before therapy, no fewer than counted."""
    if not one.clear or one.source != "pathology" or context.start_before(one.time):
        return False
    counts = [s.count for s in said if s.source == "imaging" and s.sign in ("pos", "sus")
              and s.count and compare(s.time, one.time) <= 0]
    if counts:
        counted = counts[-1]["max"] if counts[-1]["max"] is not None else counts[-1]["min"] or 0
        if one.count < counted:
            return False
    return not any(s.sign == "pos" and s.source == "pathology" and compare(s.time, one.time) <= 0
                   for s in said)


def conflicting(positives, negatives, context):
    """The pairs (negative, positive) that disagree."""
    ret = []
    for negative in negatives:
        for positive in positives:
            order = compare(negative.time, positive.time)
            if order < 0 and any(compare(negative.time, t) <= 0 and compare(t, positive.time) <= 0
                                 for t in context.primary):
                continue
            near = abs(negative.time.lo - positive.time.lo) <= 42
            biopsy = negative.source == "pathology" and positive.source != "pathology" and order >= 0
            if near or biopsy:
                ret.append((negative, positive))
    return ret


def evidence(said, context, after_resection):
    """(state, day since when) of statements of one episode, ignored boards already taken out."""
    boards = [s for s in said if s.source == "board"]
    last = boards[-1] if boards else None
    kept = said
    if last:
        histology = [s for s in said if s.sign == "pos" and s.source == "pathology"
                     and compare(s.time, last.time) <= 0]
        kept = [s for s in said if s.source != "board" and s.time.lo > last.time.lo]
        if histology and last.sign == "neg":
            kept = histology + [last] + kept
        elif histology:
            kept = histology + ([last] if last.sign == "pos" else []) + kept
        else:
            kept = [last] + kept
    wipes = [s for s in kept if clears(s, kept, context)]
    for s in kept:
        s.wipes = s in wipes
    if wipes:
        kept = [s for s in kept if s is wipes[-1] or compare(s.time, wipes[-1].time) > 0]
    positives = [s for s in kept if s.sign == "pos"]
    shown = min([s.time.lo for s in positives], default=None)
    negatives = [s for s in kept if s.sign == "neg" and s.qualified
                 and not (after_resection and (shown is None or s.time.lo < shown))
                 and (s.source == "board" or not context.start_before(s.time))]
    if positives:
        histology = [s for s in positives if s.source == "pathology"]
        if not histology:
            negatives = [s for s in negatives if not context.start_before(s.time)]
        pairs = conflicting(positives, negatives, context)
        pair = pairs[0] if pairs else None
        if pair:
            end = max(n.time.lo for n, _ in pairs)
            board = last if last and last.sign == "neg" and last in kept else None
            if any(board is None or compare(s.time, board.time) > 0 for s in histology):
                pair = None
            if any(s.time.lo - end > 42 for s in positives):
                pair = None
        if pair:
            return "conflict", max(pair[0].time.lo, pair[1].time.lo)
        return ("confirmed" if histology else "imaging_positive"), positives[0].time.lo
    return unproven(kept, negatives, context)


def unproven(kept, negatives, context):
    """The evidence where nothing positive is stated."""
    referrals = [s for s in kept if s.source == "referral" and s.clear]
    said_no = [s for s in negatives if s.source == "imaging"]
    if referrals and said_no:
        return "conflict", max(referrals[0].time.lo, said_no[0].time.lo)
    suspicions = [s for s in kept if s.sign == "sus"]
    lowering = [s for s in kept if s.sign == "neg" and s.qualified
                and (s.source == "board" or not context.start_before(s.time))]
    if suspicions:
        newest = suspicions[-1]
        for s in suspicions:
            if compare(s.time, newest.time) > 0:
                newest = s
        later = [s for s in lowering if
                 (s.source == "pathology" and not s.wipes and context.abdomen_ct
                  and compare(s.time, newest.time) > 0)
                 or (s.source != "pathology" and compare(s.time, newest.time) > 0)
                 or (s.wipes and compare(s.time, newest.time) >= 0)]
        if not later:
            lowered = [s.time.lo for s in lowering if s.source != "pathology"]
            begun = [s.time.lo for s in suspicions if all(s.time.lo >= d for d in lowered)]
            return "suspicious", min(begun or [newest.time.lo])
    negatives = [s for s in kept if s.sign == "neg" and s.qualified
                 and (s.source != "pathology" or s.wipes or suspicions)]
    if not negatives:
        return "nos" if any(s.sign == "nos" for s in kept) else "none", None
    newest = max(s.time.lo for s in negatives)
    if suspicions and all(s.source == "pathology" and not s.wipes for s in negatives):
        newest = max(s.time.lo for s in suspicions)
    nos = [s for s in kept if s.sign == "nos"]
    if nos:  # a negative by therapy explains no node elsewhere, nor does a biopsy
        own = [s for s in negatives if s.source == "board" or s.wipes
               or not context.start_before(s.time)]
        newest = max([s.time.lo for s in own], default=-1 << 40)
        if suspicions and all(s.source == "pathology" and not s.wipes for s in own):
            newest = max(s.time.lo for s in suspicions)
    if any(s.time.lo >= newest for s in nos):
        return "nos", None
    return "negative", newest


class Episode:
    """One time that the nodes were involved."""
    __slots__ = ("first", "followed", "resected", "state", "since", "said", "after", "until",
                 "own_specimen", "before")


def first_shown(said):
    ended = [s for s in said if s.sign == "neg" and (s.source == "board" or s.wipes)]
    shown = [s for s in said if s.sign in ("pos", "sus")
             and (not ended or s.time.lo > ended[-1].time.lo)]
    if not shown:
        return None
    return min(shown, key=lambda s: (s.time.lo, s.time.precision)).time


def is_dissection(event):
    return event.kind == "pathology" and event.body["specimen"] == "NODE_DISSECTION" and any(
        s["station"] == "PARA_AORTIC" and s["result"] for s in event.body["stations"])


def resections(hist):
    """Operations that take the nodes: (time, event)."""
    ret = []
    for e in hist:
        done = e.kind == "surgery" and e.body["state"] == "DONE" and "PALND" in e.body["procedures"]
        if done or is_dissection(e):
            left = any(o.kind == "pathology" and o.body["residual_tumour"] == "R2"
                       and compare(o.time, e.time) == 0 for o in hist)
            if not left:
                ret.append(e)
    return ret


def counts_as_tx(start, first, followed):
    """Whether a START is therapy for the para-aortic disease of an episode."""
    if start.body["intent"] == "ADJUVANT":
        return False
    if not followed and start.body["intent"] == "PALLIATIVE":
        return True
    if first is None:
        return not followed
    return compare(start.time, first) >= 0


def episodes(hist, starts):
    """All episodes; the last one holds the state of today."""
    context = Context(hist, starts)
    every = statements(hist)
    cuts = sorted([(e.time.lo, 1, i, e) for i, e in enumerate(resections(hist))]
                  + [(s.time.lo, 0, i, s) for i, s in enumerate(every)
                     if (s.source == "board" and s.sign != "pos") or (
                         s.sign == "neg" and s.clear)], key=lambda c: c[:3])
    ret, ignored = [], []
    begin, followed, after, base = None, False, False, []

    def opened():
        """The day that a new episode opens after a resection; its own specimens count then."""
        days = [s.time.lo for s in every if s.sign == "pos" and compare(s.time, begin) > 0
                and s.specimen not in ("PRIMARY_RESECTION", "NODE_DISSECTION")]
        return min(days, default=1 << 40)

    def said_until(time):
        return base + [s for s in every if s not in ignored and s not in base
                       and (begin is None or compare(s.time, begin) > 0)
                       and (time is None or compare(s.time, time) <= 0)
                       and not (after and s.specimen in ("PRIMARY_RESECTION", "NODE_DISSECTION")
                                and s.time.lo < opened())]

    def close(resected, state, said, since):
        episode = Episode()
        episode.first, episode.followed, episode.resected = first_shown(said), followed, resected
        if state not in ("confirmed", "imaging_positive"):
            episode.first = None
        episode.state, episode.since, episode.said = state, since, said
        episode.after, episode.until, episode.before = after, None, None
        ret.append(episode)
        return episode

    for _, kind, _, cut in cuts:
        if begin is not None and compare(cut.time, begin) <= 0:
            continue
        if kind == 0:
            before = [s for s in said_until(cut.time) if s is not cut]
            state, since = evidence(before, context, after)
            first = first_shown(before)
            if state in ("confirmed", "imaging_positive"):
                if cut.source == "board" and any(
                        compare(s.time, cut.time) < 0 and counts_as_tx(s, first, followed)
                        for s in context.starts):
                    ignored.append(cut)
                    continue
                now, _ = evidence(before + [cut], context, after)
                if cut.sign == "neg" and now == "negative":
                    close(None, state, before, since).until = cut.time
                    begin, followed, after, base = cut.time, True, False, [cut]
            continue
        said = said_until(cut.time)
        state, since = evidence(said, context, after)
        if state not in ("confirmed", "imaging_positive"):
            continue
        if compare(cut.time, first_shown(said)) < 0:
            continue
        again = [s for s in every if s.sign == "pos" and compare(s.time, cut.time) > 0
                 and s.specimen not in ("PRIMARY_RESECTION", "NODE_DISSECTION")
                 and s not in ignored]
        episode = close(cut, state, said, since)
        if not again:
            return chained(ret), context, every
        episode.until = cut.time
        begin, followed, after, base = cut.time, True, True, []
    said = said_until(None)
    state, since = evidence(said, context, after)
    close(None, state, said, since)
    return chained(ret), context, every


def chained(episodes_):
    """Every episode knows the day on which the next one begins."""
    for one, following in zip(episodes_, episodes_[1:]):
        one.before = following.first
    return episodes_
