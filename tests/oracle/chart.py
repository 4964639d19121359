"""Everything known about a subject, without regard to the time of judgement."""
import re

from clinical_time import compare
import nodes
import therapy
import versions

TYPED = {"ADENOCARCINOMA": True, "MUCINOUS_ADENOCARCINOMA": True, "SIGNET_RING_CARCINOMA": True,
         "SQUAMOUS_CELL_CARCINOMA": False, "NEUROENDOCRINE": False, "GIST": False,
         "LYMPHOMA": False, "MELANOMA": False}
FOUR = {"MEDICAL_ONCOLOGY", "SURGICAL_ONCOLOGY", "RADIATION_ONCOLOGY", "RADIOLOGY"}
UNITS = {"ng/mL", "ng/ml", "ug/L", "ug/l", "\u00b5g/L", "\u00b5g/l", "\u03bcg/L", "\u03bcg/l"}
# The kinds of report that can say an input: one that is pending, cancelled or removed explains it.
KINDS = {"primary_site": "pathology referral", "histology": "pathology", "paln_status": "imaging",
         "distance_cm": "endoscopy", "primary_symptoms": "clinical_status",
         "cea_preop": "laboratory", "ecog": "clinical_status", "comorbidity": "clinical_status",
         "centre_experience": "centre", "mdt_record": "board"}
KINDS.update(dict.fromkeys(("kras", "nras", "braf", "msi_mmr", "dpyd"), "molecular"))
STATES = {"removed": "WITHDRAWN", "cancelled": "NOT_OBTAINABLE", "pending": "PENDING",
          "conflict": "CONFLICT"}
PRECEDENCE = ["CONFLICT", "STALE", "WITHDRAWN", "PENDING", "NOT_OBTAINABLE", "NOT_STATED",
              "NOT_ASSESSED"]


def shows(body, region):
    return region in body["regions"] and (body["modality"] == "CT" or (
        body["modality"] == "PET_CT" and body["diagnostic_ct"] == "YES"))


def looks_at_nodes(e):
    return e.kind == "pathology" and (
        e.body["specimen"] in ("NODE_BIOPSY", "NODE_DISSECTION")
        or any(s["station"] == "PARA_AORTIC" for s in e.body["stations"]))


def is_resected(e):
    return e.kind == "pathology" and e.body["specimen"] in ("PRIMARY_RESECTION", "NODE_DISSECTION")


ABOUT = {"paln_histology": looks_at_nodes, "paln_status": looks_at_nodes, "r_status": is_resected}


class Chart:
    """fold(history): call methods of judge.py with a day for what depends on time."""

    def __init__(self, reports):
        self.reports = reports
        self.hist = versions.history(reports)
        self.kinds = {}
        for e in self.hist:
            self.kinds.setdefault(e.kind, []).append(e)
        self.version_conflict = any(r.state == "conflict" for r in reports)
        self.dead = bool(self.of("death"))
        self.starts = therapy.starts(self.of("systemic_therapy"))
        self.nonadjuvant = [e for e in self.starts if e.body["intent"] != "ADJUVANT"]
        self.distance()
        self.scope()
        self.cea = [e for e in self.of("laboratory") if e.body["analyte"] == "CEA"
                    and e.body["value"] is not None]
        self.courses = [therapy.Course(self, episode) for episode in self.episodes]
        self.course = self.courses[-1]
        self.lines = self.course.lines
        self.line = self.lines[-1] if self.lines else None
        self.prior_pd = therapy.prior_progression(self, self.courses, self.episodes)
        self.primary_resections = [e for e in self.hist if nodes.is_primary_resection(e)]
        self.in_situ = not self.primary_resections
        self.symptoms = symptoms(self.hist)
        self.extent()

    def of(self, kind):
        return self.kinds.get(kind, ())

    def reason(self, name, extra="NOT_ASSESSED", about=None):
        """The reason an input is missing; extra is what the counted reports give.

        Reports that do not count explain it: those of the kinds that can say it, or those of
        which about() holds for a version.
        """
        kinds = KINDS.get(name, "").split()
        if about is None and name in ABOUT:
            about = ABOUT[name]
        found = {extra}
        for r in self.reports:
            if r.state == "counted" or r.kind is None:
                continue
            if r.kind in kinds or (about and any(about(e) for e in r.spoken)):
                found.add(STATES[r.state])
        return next(p for p in PRECEDENCE if p in found)

    def latest(self, kinds, get):
        """(value, event) of the latest event that states something."""
        for e in reversed(self.hist):
            if e.kind in kinds:
                value = get(e.body)
                if value:
                    return value, e
        return None, None

    # ---- distance and reflection -----------------------------------------------------------

    def distance(self):
        by_method = {}
        mri = other = None
        for e in self.hist:
            if e.kind in ("imaging", "endoscopy"):
                d = e.body["distance"]
                if d and d["cm"] is not None:
                    by_method[d["method"]] = d["cm"]
            if e.kind == "imaging" and e.body["reflection"]:
                if e.body["modality"] == "MRI":
                    mri = e.body["reflection"]
                elif e.body["reflection"] == "ABOVE":
                    other = "ABOVE"
        self.cm = next((by_method[m] for m in ("RIGID", "MRI", "FLEXIBLE", None)
                        if m in by_method), None)
        sides = {cm > 12000 for cm in by_method.values()}
        reflection = mri or other
        self.high_warnings, self.high_missing = [], []
        self.high = None
        if self.cm is None:
            self.high_missing = [("distance_cm", "NOT_ASSESSED")]
        elif len(sides) > 1:
            self.high_warnings.append("W-DIST-DISCORDANT")
            self.high_missing = [("distance_cm", "CONFLICT")]
        elif self.cm > 12000:
            self.high = True
            if reflection in ("AT", "BELOW"):
                self.high = None
                self.high_warnings.append("W-DIST-DISCORDANT")
                self.high_missing = [("distance_cm", "CONFLICT")]
        else:
            self.high = False
            if reflection == "ABOVE":
                self.high_warnings.append("W-DIST-DISCORDANT")
        if self.cm == 12000:
            self.high_warnings.append("W-BOUNDARY-12")

    # ---- scope ---------------------------------------------------------------------------

    def scope(self):
        code, _ = self.latest(("pathology",), lambda b: b["topography"])
        if not code:
            code, _ = self.latest(("referral",), lambda b: b["topography"])
        take_off, _ = self.latest(("board",), lambda b: b["rectum_by_sigmoid_take_off"])
        self.site_gt15 = False
        self.site_reason = "NOT_STATED"
        if take_off == "YES":
            self.site = True
        elif take_off == "NO":
            self.site, self.site_reason = None, "CONFLICT"
        elif not code:
            self.site, self.site_reason = None, "NOT_ASSESSED"
        elif not re.fullmatch(r"C\d\d(\.\d)?", code):
            self.site = None
        elif code in ("C20", "C20.9"):
            self.site = True
            if self.cm is not None and self.cm > 15000:
                self.site, self.site_gt15, self.site_reason = None, True, "NOT_STATED"
        else:
            self.site = None if code[:3] in ("C20", "C19") else False
        self.tissue()
        self.episodes, self.context, self.said = nodes.episodes(self.hist, self.starts)
        self.episode = self.episodes[-1]
        self.paln_state = self.episode.state
        self.paln = {"confirmed": True, "imaging_positive": True, "negative": False}.get(
            self.paln_state)
        self.resected = self.episode.resected if self.paln else None
        self.in_scope = all3([self.site, self.adeno, self.paln])

    def tissue(self):
        primary = place = vague = None
        for e in self.of("pathology"):
            histology = e.body["histology"]
            if histology in TYPED:
                place = histology
                if e.body["specimen"] in ("PRIMARY_BIOPSY", "PRIMARY_RESECTION"):
                    primary = histology
            elif histology:
                vague = histology
        self.adeno, self.adeno_reason = None, "NOT_STATED" if vague else "NOT_ASSESSED"
        if primary:
            self.adeno = TYPED[primary]
        elif place:
            self.adeno = True if TYPED[place] else None
            self.adeno_reason = "NOT_STATED"

    # ---- extent (27, 63) -----------------------------------------------------------------

    def extent(self):
        rank = {"ABSENT": 0, "EQUIVOCAL": 1, "DEFINITE": 2}
        self.sites, self.ever_definite, self.equivocal_since = {}, set(), None
        self.proven = set()
        self.chains = set()
        since, first = {}, {}
        for e in self.hist:
            found = {}
            for key, certainty in sites_of(e):
                if key not in found or rank[certainty] > rank[found[key]]:
                    found[key] = certainty
            for key, certainty in found.items():
                was = self.sites.get(key)
                if certainty == "DEFINITE":
                    self.ever_definite.add(key)
                    if e.kind == "pathology":
                        self.proven.add(key)
                    first.setdefault(key, e.time)
                if key in self.ever_definite and certainty != "DEFINITE":
                    definite_at = first[key]
                    started = key in self.proven or any(
                        compare(definite_at, s.time) <= 0 and compare(s.time, e.time) < 0
                        for s in self.nonadjuvant)
                    if was == "DEFINITE":
                        certainty = "EQUIVOCAL" if certainty == "ABSENT" and not started \
                            else "DEFINITE"
                    elif certainty == "ABSENT":
                        certainty = "EQUIVOCAL"
                    if certainty == "DEFINITE":
                        continue
                if certainty != was:
                    since[key] = e.time
                self.sites[key] = certainty
                if certainty == "DEFINITE":
                    since[key] = e.time
        equivocal = [since[k].lo for k, c in self.sites.items() if c == "EQUIVOCAL"]
        self.definite_sites = {k for k, c in self.sites.items() if c == "DEFINITE"}
        self.equivocal_since = equivocal
        answer, _ = self.latest(("board",), lambda b: b["unresectable"])
        self.unresectable = answer == "YES"

    def markers(self, time):
        """Whether the CEA nearest to a day is normal; None when that is not known (22)."""
        near = [e for e in self.cea if abs(e.time.lo - time.lo) <= 42]
        if not near:
            return None
        best = min(reversed(near), key=lambda e: abs(e.time.lo - time.lo))
        later = [e for e in near if abs(e.time.lo - time.lo) == abs(best.time.lo - time.lo)]
        body = later[-1].body
        if body["unit"] not in UNITS and body["upper_limit"] is None:
            return None
        limit = 5000 if body["upper_limit"] is None else body["upper_limit"]
        value, comparator = body["value"], body["comparator"]
        if comparator in (None, "LESS_OR_EQUAL", "LESS"):
            if value <= limit:
                return True
            return False if comparator is None else None
        if value > limit or (comparator == "GREATER" and value >= limit):
            return False
        return None


def all3(values):
    values = list(values)
    return False if False in values else None if None in values else True


def sites_of(event):
    """(site, certainty) of all disease elsewhere that an event tells of."""
    body = event.body
    if event.kind == "imaging":
        for site in body["other_sites"]:
            if site["organ"] not in ("RECTUM", None):
                yield site["organ"], site["certainty"] or "EQUIVOCAL"
        for lesion in body["lesions"]:
            organ = lesion["organ"]
            if organ == "LYMPH_NODE":
                organ = lesion["station"]
                if organ not in nodes.NON_REGIONAL:
                    continue
            elif organ in ("RECTUM", None):
                continue
            if lesion["state"] == "ABSENT":
                yield organ, "ABSENT"
            else:
                yield organ, lesion["certainty"] or "EQUIVOCAL"
        for node in body["nodes"]:
            if node["station"] in nodes.NON_REGIONAL and node["statement"]:
                yield node["station"], {"METASTATIC": "DEFINITE", "SUSPICIOUS": "EQUIVOCAL",
                                        "NEGATIVE": "ABSENT"}[node["statement"]]
    elif event.kind == "pathology":
        site = body["other_site"]
        if site and site["organ"] not in ("RECTUM", None):
            yield site["organ"], site["certainty"] or "EQUIVOCAL"
        for station in body["stations"]:
            if station["station"] in nodes.NON_REGIONAL and station["result"] == "POSITIVE":
                yield station["station"], "DEFINITE"


def symptoms(hist, until=None):
    """What is known of obstruction, bleeding and perforation (61)."""
    ret = {"obstruction": None, "bleeding": None, "perforation": None}
    told = {}
    operations = []
    for e in hist:
        if until is not None and compare(e.time, until) >= 0 and not (
                e.kind != "surgery" and compare(e.time, until) == 0):
            continue
        if e.kind in ("imaging", "endoscopy", "clinical_status"):
            for name in ret:
                if e.body.get(name):
                    told[name] = (e.body[name], e.time)
        elif e.kind == "surgery" and e.body["state"] == "DONE":
            operations.append(e)
    for name, (value, time) in told.items():
        ended = any(compare(op.time, time) >= 0 and (
            nodes.PRIMARY_PROCEDURES & set(op.body["procedures"])
            or (name == "obstruction" and {"STOMA", "STENT"} & set(op.body["procedures"])))
            for op in operations)
        if not ended:
            ret[name] = value
    return ret


def emergency(known):
    return (known["obstruction"] == "COMPLETE" or known["perforation"] == "ACTUAL"
            or known["bleeding"] == "MAJOR")


def symptomatic(known):
    values = [known["obstruction"] and known["obstruction"] != "NONE",
              known["bleeding"] and known["bleeding"] in ("SIGNIFICANT", "MAJOR"),
              known["perforation"] and known["perforation"] != "NONE"]
    return True if True in values else None if None in values else False
