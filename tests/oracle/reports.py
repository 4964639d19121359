"""Reports and scans of a random journey; journeys.py puts them into a course."""
import datetime
import uuid

DAY0 = datetime.date(2022, 1, 1)
REGIONS = ["REGION_CHEST", "REGION_ABDOMEN", "REGION_PELVIS"]
PARTIAL = ("laboratory", "centre", "clinicalStatus", "molecular", "reevaluate")


class Reports:
    """One patient's events and what is drawn for them."""

    def __init__(self, rng, number, counts):
        self.rng, self.number, self.counts = rng, number, counts
        self.day = rng.randrange(0, 900)
        self.events = []
        self.lesions = {}
        self.partial = False
        self.line = 0
        self.tumour = None
        self.resected = self.dead = False
        self.report = 0
        self.therapy_since = None

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, *items):
        return self.rng.choice(items)

    def weighted(self, **weights):
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def date(self, day):
        return (DAY0 + datetime.timedelta(days=day)).isoformat()

    def when(self, day, kind=None):
        """A clinical time on a day, sometimes with a time and an offset, sometimes partial.

        Partial dates of what starts, ends or places the disease are in unknown order with what
        lies in their span; their journeys are drawn with --partial only.
        """
        text = self.date(day)
        roll = self.rng.random()
        if roll < 0.10:
            return "%sT%02d:%02d:00%s" % (text, self.rng.randrange(24), self.rng.randrange(60),
                                          self.pick("Z", "+02:00", "-05:00", "+00:00"))
        if roll < 0.12 and (self.partial or kind in PARTIAL):
            self.counts["partial dates"] += 1
            return text[:7]
        if 0.12 < roll < 0.123 and (self.partial or kind in PARTIAL):
            self.counts["partial dates"] += 1
            return text[:4]
        return text

    def emit(self, kind, body, day=None, status="FINAL", **more):
        day = self.day if day is None else day
        self.report += 1
        event = {"eventId": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
                 "patient": {"authority": "urn:test", "value": "p%d" % self.number},
                 "reportId": "r%d" % self.report, "status": "REPORT_STATUS_" + status,
                 "effectiveAt": self.when(day, kind), "_day": day, kind: body}
        if self.tumour:
            event["tumourId"] = self.tumour
        if self.chance(0.6):
            event["sourceSystem"] = self.pick("lab", "ris", "his")
        event.update(more)
        self.events.append(event)
        return event

    def fresh(self, event):
        """The same under another event id."""
        event["eventId"] = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        return event

    # ---- reports -----------------------------------------------------------------------------

    def stage(self, involved):
        if not self.chance(0.45):
            return None
        ret = {"t": self.pick("cT2", "cT3", "cT4a", "cT4b", "pT3", "TX", "ypT2", ""),
               "n": self.pick("cN0", "cN1", "cN1b", "cN2a", "cN2b", "NX", "ypN0", ""),
               "m": self.pick("cM0", "cM1a", "cM1", "cM1b", "", "") if not involved else
               self.pick("cM1a", "cM1a", "cM1", "cM0", "cM1b", "")}
        if self.chance(0.4):
            ret["group"] = self.pick("IVA", "IV", "IIIB", "IIIC", "IVB", "I", "IIA", "III")
        if self.chance(0.5):
            ret["edition"] = self.pick(7, 8)
        return {k: v for k, v in ret.items() if v != ""} or None

    def referral(self):
        body = {}
        if self.chance(0.6):
            body["topography"] = self.weighted(**{"C20": 8, "C20.9": 8, "C19.9": 2, "C18.7": 1,
                                                  "C21.0": 1, "rectum": 1, "C20.1": 1})
        if self.chance(0.3):
            body["nodes"] = [self.node("PARA_AORTIC", self.pick("METASTATIC", "SUSPICIOUS",
                                                                 "NEGATIVE"))]
        if self.stage(True):
            body["stage"] = self.stage(True) or {"n": "cN1", "m": "cM0"}
        if self.chance(0.3):
            body["proposes"] = ["PROPOSAL_" + self.pick(
                "LONG_COURSE_CHEMORADIATION", "SHORT_COURSE_RADIOTHERAPY", "RESECTION",
                "SYSTEMIC_THERAPY")]
        self.emit("referral", body)

    def pathology(self, specimen, **more):
        body = {"specimen": "SPECIMEN_" + specimen}
        body.update(more)
        return self.emit("pathology", body)

    def histology(self):
        return "HISTOLOGY_" + self.weighted(
            ADENOCARCINOMA=30, MUCINOUS_ADENOCARCINOMA=3, SIGNET_RING_CARCINOMA=2,
            SQUAMOUS_CELL_CARCINOMA=1, NEUROENDOCRINE=0.5, GIST=0.3, OTHER=1,
            MALIGNANT_NOT_TYPED=2, MELANOMA=0.3, LYMPHOMA=0.3)

    def biopsy(self):
        more = {"histology": self.histology()}
        if self.chance(0.85):
            more["topography"] = self.weighted(**{"C20.9": 25, "C20": 6, "C19.9": 2, "C18.7": 1,
                                                  "C19": 1, "C21.1": 0.5, "C20.8": 0.5})
        self.pathology("PRIMARY_BIOPSY", **more)

    def node_biopsy(self, positive):
        self.pathology("NODE_BIOPSY", histology=self.histology() if positive and self.chance(0.5)
                       else "HISTOLOGY_UNSPECIFIED",
                       stations=[{"station": "STATION_PARA_AORTIC", "result": "NODE_RESULT_"
                                  + ("POSITIVE" if positive else "NEGATIVE")}])

    def distance(self):
        return {"cm": self.pick("12.0", "12", "12.001", "11.9", "8", "13.5", "14", "12.1", "15.0",
                                "15.1", "10.5"),
                "method": "DISTANCE_METHOD_" + self.pick("RIGID", "MRI", "FLEXIBLE",
                                                         "UNSPECIFIED")}

    def node(self, station, statement):
        ret = {"station": "STATION_" + station, "statement": "NODE_STATEMENT_" + statement}
        if statement in ("METASTATIC", "SUSPICIOUS") and self.chance(0.5):
            ret["count"] = self.pick({"min": 2, "max": 2}, {"min": 1, "max": 1}, {"min": 2},
                                     {"min": 3, "max": 3}, {"min": 4}, {"max": 2}, {"min": 3},
                                     {"min": 5, "max": 6}, {"min": 1, "max": 3})
        if statement == "UNSPECIFIED" and self.chance(0.8):
            ret["shortAxisMm"] = self.pick("9.9", "10.0", "6.9", "7.0", "12", "15.0")
            if self.chance(0.4):
                ret[self.pick("heterogeneous", "irregularBorder", "necrosis", "fdgUptake")] = \
                    self.pick("ANSWER_YES", "ANSWER_NO")
        return ret

    def imaging(self, modality="CT", regions=None, paln=None, response=None, lesions=True,
                factor=None):
        body = {"modality": "MODALITY_" + modality,
                "regions": regions if regions is not None else (
                    REGIONS if modality != "MRI" else ["REGION_PELVIS"])}
        if modality == "PET_CT" and self.chance(0.8):
            body["diagnosticCt"] = self.pick("ANSWER_YES", "ANSWER_NO")
        nodes = []
        if paln:
            nodes.append(self.node("PARA_AORTIC", paln))
        if self.chance(0.3):
            nodes.append(self.node(self.pick("MESORECTAL", "INTERNAL_ILIAC", "OBTURATOR"),
                                   self.pick("METASTATIC", "NEGATIVE", "SUSPICIOUS")))
        if self.chance(0.05):
            nodes.append(self.node(self.pick("COMMON_ILIAC", "INGUINAL"),
                                   self.pick("METASTATIC", "SUSPICIOUS", "NEGATIVE")))
        if self.chance(0.02):
            nodes.append(self.node("RETROPERITONEAL_NOS", "METASTATIC"))
        if nodes:
            body["nodes"] = nodes
        if lesions:
            found = self.scan(factor)
            if found:
                body["lesions"] = found
        if self.chance(0.06):
            body["otherSites"] = [{"organ": "ORGAN_" + self.pick("LIVER", "LUNG", "PERITONEUM",
                                                                 "BONE"),
                                   "certainty": "CERTAINTY_" + self.pick("DEFINITE", "EQUIVOCAL",
                                                                         "ABSENT")}]
        stage = self.stage(paln == "METASTATIC")
        if stage and self.chance(0.5):
            body["stage"] = stage
        if modality in ("MRI", "CT") and self.chance(0.3):
            body["distance"] = self.distance()
        if self.chance(0.15):
            body["reflection"] = "REFLECTION_" + self.pick("ABOVE", "AT", "BELOW")
        if response:
            body["statedResponse"] = "RESPONSE_" + response
        if self.chance(0.03):
            body["perforation"] = "PERFORATION_" + self.pick("RISK", "NONE", "ACTUAL")
        if self.chance(0.05):
            body["obstruction"] = "OBSTRUCTION_" + self.pick("NONE", "PARTIAL", "COMPLETE")
        return self.emit("imaging", body)

    # ---- lesions -----------------------------------------------------------------------------

    def grow(self):
        """The lesions of a baseline."""
        self.lesions = {}
        if self.chance(0.15):
            return
        sizes = (9.9, 10.0, 12.0, 14.9, 15.0, 16.0, 20.0, 25.0, 30.0, 40.0)
        for i in range(self.rng.randrange(1, 4)):
            self.lesions["n%d" % i] = {"organ": "ORGAN_LYMPH_NODE",
                                       "station": "STATION_" + self.pick(
                                           "PARA_AORTIC", "PARA_AORTIC", "MESORECTAL"),
                                       "size": self.rng.choice(sizes)}
        if self.chance(0.4):
            self.lesions["p"] = {"organ": "ORGAN_RECTUM", "size": 40.0}
        if self.chance(0.08):
            self.lesions["h"] = {"organ": "ORGAN_LIVER", "size": self.rng.choice(sizes),
                                 "certainty": self.pick("DEFINITE", "EQUIVOCAL", None)}
        if self.chance(0.1):
            for lesion in self.lesions.values():
                lesion["role"] = self.pick("TARGET", "NON_TARGET", None)

    def scan(self, factor):
        ret = []
        if self.chance(0.08):
            return ret
        for name, lesion in self.lesions.items():
            entry = {"lesionId": name, "organ": lesion["organ"]}
            if "station" in lesion:
                entry["station"] = lesion["station"]
            if lesion.get("role"):
                entry["role"] = "LESION_ROLE_" + lesion["role"]
            if lesion.get("certainty"):
                entry["certainty"] = "CERTAINTY_" + lesion["certainty"]
            if factor is not None:
                if self.chance(0.04):
                    continue
                lesion["size"] = round(lesion["size"] * factor, 1)
                if factor and self.chance(0.15):
                    lesion["size"] = self.pick(9.9, 10.0, lesion["size"] + 5, lesion["size"] + 1)
            roll = self.rng.random()
            if factor is not None and lesion["size"] < 0.5 or (factor is not None and roll < 0.04):
                entry["state"] = "LESION_STATE_ABSENT"
                lesion["size"] = 0.0
            elif factor is not None and roll < 0.10:
                entry["state"] = "LESION_STATE_" + self.pick(
                    "TOO_SMALL", "NOT_EVALUABLE", "PRESENT", "UNEQUIVOCAL_PROGRESSION")
            else:
                entry["diameterMm"] = "%.1f" % lesion["size"]
                if self.chance(0.5):
                    entry["state"] = "LESION_STATE_MEASURED"
            ret.append(entry)
        if factor is not None and self.chance(0.08):
            name = "x%d" % self.rng.randrange(3)
            entry = {"lesionId": name, "organ": "ORGAN_" + self.pick("LIVER", "LUNG",
                                                                     "PERITONEUM"),
                     "diameterMm": self.pick("8.0", "12.0", "20"), "isNew": "ANSWER_YES"}
            if self.chance(0.7):
                entry["certainty"] = "CERTAINTY_" + self.pick("DEFINITE", "EQUIVOCAL", "EQUIVOCAL")
            ret.append(entry)
        return ret
