"""RECIST 1.1 over one line of therapy (specification B.8, decisions 13, 14, 18-22, 41-43, 58-60).

Diameters are integers in thousandths of a millimetre.
"""


def compare(a, b):
    """Scans, boards and STARTs stand in the order of the history: by their first day."""
    return (a.lo > b.lo) - (a.lo < b.lo)

ABDOMINAL = {"PARA_AORTIC", "SUPERIOR_MESENTERIC", "LEFT_COLIC", "INFERIOR_MESENTERIC",
             "RETROPERITONEAL_NOS"}


def node(lesion):
    return lesion["organ"] == "LYMPH_NODE"


def absent(lesion):
    return lesion["state"] == "ABSENT" or lesion["certainty"] == "ABSENT" or (
        lesion["diameter_mm"] == 0 and lesion["state"] in (None, "MEASURED"))


def size(lesion):
    """The diameter at this listing, None when it was not measured."""
    if absent(lesion):
        return 0
    state, diameter = lesion["state"], lesion["diameter_mm"]
    if state == "TOO_SMALL":
        return 5000 if diameter is None else diameter
    if state == "NOT_EVALUABLE":
        return None
    return diameter


def region_of(lesion):
    organ = lesion["organ"]
    if organ == "LUNG":
        return "CHEST"
    if organ in ("LIVER", "ADRENAL"):
        return "ABDOMEN"
    if organ in ("RECTUM", "OVARY"):
        return "PELVIS"
    if organ == "LYMPH_NODE":
        return "ABDOMEN" if lesion["station"] in ABDOMINAL else "PELVIS"
    return None


def measurable(lesion, modality):
    diameter = lesion["diameter_mm"]
    if diameter is None or lesion["state"] not in (None, "MEASURED"):
        return False
    if node(lesion):
        return diameter >= 15000
    return diameter >= (20000 if modality == "RADIOGRAPH" else 10000)


class Baseline:
    """Lesions (id -> listing), the chosen targets and non-targets, what was imaged."""

    def __init__(self, scans, start):
        window = [e for e in scans if compare(e.time, start) <= 0
                  and start.lo - e.time.lo <= 28]
        listing = [e for e in window if e.body["lesions"]]
        self.old = False
        if not listing:
            earlier = [e for e in scans if compare(e.time, start) <= 0 and e.body["lesions"]]
            if earlier:
                listing = window = earlier[-1:]
                self.old = True
        self.lesions, modality = {}, {}
        for e in listing:
            for lesion in e.body["lesions"]:
                self.lesions[lesion["lesion_id"]] = lesion
                modality[lesion["lesion_id"]] = e.body["modality"]
        self.regions = {r for e in window for r in e.body["regions"]}
        self.day = listing[-1].time.lo if listing else start.lo
        present = {i: l for i, l in self.lesions.items() if not absent(l)}
        fit = {i for i, l in present.items() if measurable(l, modality[i])}
        explicit = [i for i, l in present.items() if l["role"] == "TARGET"]
        chosen = [i for i in explicit if i in fit] if explicit else [
            i for i in fit if present[i]["role"] is None and present[i]["certainty"] != "EQUIVOCAL"
            and present[i]["organ"] not in ("RECTUM", "BONE")]
        chosen.sort(key=lambda i: (-present[i]["diameter_mm"], i))
        self.targets, per_organ = [], {}
        for i in chosen:
            organ = present[i]["organ"]
            if len(self.targets) < 5 and per_organ.get(organ, 0) < 2:
                self.targets.append(i)
                per_organ[organ] = per_organ.get(organ, 0) + 1
        self.others = [i for i in present if i not in self.targets and not (
            node(present[i]) and size(present[i]) is not None and size(present[i]) < 10000
            and present[i]["role"] is None)]
        self.present = present
        self.sizes = {i: present[i]["diameter_mm"] for i in self.targets}
        self.sum = sum(self.sizes.values())


class Point:
    """One time point of a line."""
    __slots__ = ("scans", "time", "lesions", "computed", "radiology", "board", "category",
                 "conflict", "equivocal_new", "new", "boards", "sizes", "held_conflict")

    def evaluable_imaging(self):
        """Whether a CT, MRI or diagnostic PET-CT of the abdomen is part of it (58)."""
        return any("ABDOMEN" in e.body["regions"] and (e.body["modality"] in ("CT", "MRI")
                   or diagnostic(e)) for e in self.scans)

    def ct_scans(self):
        return [e for e in self.scans if e.body["modality"] == "CT" or diagnostic(e)]


def diagnostic(scan):
    return scan.body["modality"] == "PET_CT" and scan.body["diagnostic_ct"] == "YES"


def points(scans, start, end):
    """Time points of imaging after the START, up to and with the next line's START."""
    own = [e for e in scans if compare(e.time, start) > 0
           and (end is None or compare(e.time, end) <= 0)]
    ret = []
    for scan in own:
        if not ret or scan.time.lo - ret[-1].scans[0].time.lo > 14:
            point = Point()
            point.scans, point.boards = [], []
            ret.append(point)
        ret[-1].scans.append(scan)
    for point in ret:
        first_ct = [e for e in point.scans if e.body["modality"] == "CT"]
        point.time = (first_ct or point.scans)[0].time
        point.lesions = {}
        for e in point.scans:
            for lesion in e.body["lesions"]:
                point.lesions[lesion["lesion_id"]] = lesion
    return ret


def target_response(base, point, nadir):
    """CR, PR, SD, PD, NE or None without targets; (sum when all were measured)."""
    if not base.targets:
        return None, None
    now = {i: size(point.lesions[i]) if i in point.lesions else None for i in base.targets}
    measured = {i: v for i, v in now.items() if v is not None}
    total = sum(measured.values())
    growth = 0
    for i, value in measured.items():
        was = nadir[1][i]
        if node(base.present[i]) and value < 10000 and was < 10000:
            growth += max(0, value - was)
    grown = total - growth
    progressed = grown - nadir[0] >= 5000 and grown * 100 >= nadir[0] * 120
    if len(measured) < len(now):
        return ("PD" if progressed else "NE"), None
    point.sizes = now
    if all(v < 10000 if node(base.present[i]) else v == 0 for i, v in now.items()):
        return "CR", total
    if progressed:
        return "PD", total
    return ("PR" if total * 100 <= base.sum * 70 else "SD"), total


def non_target_response(base, point, markers):
    """CR, NON (Non-CR/non-PD), NE, PD or None without non-targets."""
    if any(i in base.lesions and i not in base.targets and not absent(lesion)
           and lesion["state"] == "UNEQUIVOCAL_PROGRESSION" for i, lesion in point.lesions.items()):
        return "PD"
    if not base.others:
        return None
    missing, remaining = False, False
    for i in base.others:
        lesion = point.lesions.get(i)
        if lesion is None:
            missing = True
            continue
        if absent(lesion):
            continue
        if lesion["state"] == "UNEQUIVOCAL_PROGRESSION":
            return "PD"
        value = size(lesion)
        if value is None and lesion["state"] != "PRESENT":
            missing = True
        elif not (node(lesion) and value is not None and value < 10000):
            remaining = True
    if missing:
        return "NE"
    if remaining:
        return "NON"
    normal = markers(point.time)
    return "NE" if normal is None else "CR" if normal else "NON"


def new_lesions(base, point, confirmed, carried):
    """(whether a new lesion is unequivocal, whether one is new but not unequivocal)."""
    definite = doubtful = False
    for i, lesion in point.lesions.items():
        if i in base.present or absent(lesion):
            continue
        region = region_of(lesion)
        is_new = lesion["is_new"] == "YES" or i in carried or (
            lesion["is_new"] is None and region is not None and region not in base.regions
            and i not in base.lesions)
        value = size(lesion)
        if not is_new or (node(lesion) and value is not None and value < 10000):
            continue
        carried.add(i)
        if lesion["certainty"] == "DEFINITE" or lesion["state"] == "UNEQUIVOCAL_PROGRESSION" \
                or confirmed(i, point.scans[-1]):
            definite = True
        else:
            doubtful = True
    return definite, doubtful


def overall(target, other, new):
    if "PD" in (target, other) or new:
        return "PD"
    if target is None:
        return {"CR": "CR", "NON": "NON_CR_NON_PD", "NE": "NE", None: None}[other]
    if target == "CR":
        return "CR" if other in ("CR", None) else "PR"
    return target


def present_again(base, point):
    """Whether disease is seen after a complete response."""
    for i, lesion in point.lesions.items():
        if absent(lesion) or (i not in base.lesions and lesion["certainty"] != "DEFINITE"):
            continue
        value = size(lesion)
        if node(lesion):
            if value is not None and value >= 10000:
                return True
        elif lesion["state"] != "NOT_EVALUABLE" and (value or lesion["state"] in (
                "PRESENT", "UNEQUIVOCAL_PROGRESSION")):
            return True
    return False


def combine(values):
    """(category, conflict) of what was stated by several sources."""
    category = None
    for value in values:
        if value is None or value == category:
            continue
        if category is None:
            category = value
        elif {category, value} == {"CR", "PR"}:
            category = "PR"
        else:
            return None, True
    return category, False


def judge(base, series, markers, confirmed, boards):
    """Give every time point its category; returns those that say something about response."""
    lone = []
    for board in boards:
        before = [p for p in series if compare(min_time(p), board.time) <= 0]
        if before:
            before[-1].boards.append(board)
        else:
            point = Point()
            point.scans, point.boards, point.time, point.lesions = [], [board], board.time, {}
            lone = [p for p in lone if compare(p.time, board.time) != 0] + [point]
    nadir = (base.sum, dict(base.sizes))
    complete, carried, ret = False, set(), []
    for point in lone + series:
        point.sizes = None
        stated = [e.body["stated_response"] for e in point.scans if e.body["stated_response"]]
        point.radiology = stated[-1] if stated else None
        point.board = point.boards[-1].body["response"] if point.boards else None
        point.new = point.equivocal_new = False
        computed = None
        if point.lesions:
            target, total = target_response(base, point, nadir)
            other = non_target_response(base, point, markers)
            point.new, point.equivocal_new = new_lesions(base, point, confirmed, carried)
            computed = overall(target, other, point.new)
            if complete and present_again(base, point):
                computed = "PD"
            if total is not None and total < nadir[0]:
                nadir = (total, point.sizes)
        elif not point.radiology and not point.board:
            continue
        early = point.time.lo - base.day < 42
        values = [None if v is None else "NE" if v == "SD" and early else v
                  for v in (computed, point.radiology, point.board)]
        point.computed = values[0]
        if values[0] in ("NE", "NON_CR_NON_PD") and (values[1] or values[2]):
            values[0] = None
        point.category, point.conflict = combine(values)
        point.held_conflict = point.conflict and "PD" in values
        if point.category is None and not point.conflict:
            point.category = point.computed and "NE"
            if point.category is None:
                continue
        if point.category in ("CR", "PR") and not point.evaluable_imaging():
            point.category = "NE"
        if point.category == "CR" and point.computed != "NON_CR_NON_PD":
            complete = True
        ret.append(point)
    return ret


def min_time(point):
    return point.scans[0].time
