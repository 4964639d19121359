"""Plausible random journeys, years of events of one or more subjects, as JSON lines.

    python3 tests/oracle/journeys.py [--journeys N] [--seed S]

A journey is played forwards, day by day, and then disturbed: corrections, retractions, late
arrivals, duplicates, ties, partial dates, lines that are refused.
"""
import argparse
import collections
import random
import sys

import disturb
import odd
from reports import REGIONS, Reports

FOUR = ["MEDICAL_ONCOLOGY", "SURGICAL_ONCOLOGY", "RADIATION_ONCOLOGY", "RADIOLOGY"]


class Journey(Reports):
    """The course of one patient."""

    def molecular(self):
        if self.chance(0.12):
            wild = {"status": "GENE_STATUS_WILD_TYPE", "tested": "TESTED_RANGE_EXTENDED"}
            self.emit("molecular", {
                "kras": wild, "nras": dict(wild), "braf": {"status": "GENE_STATUS_WILD_TYPE"},
                "her2": self.pick("HER2_STATUS_POSITIVE", "HER2_STATUS_NEGATIVE"),
                "microsatellite": "MICROSATELLITE_STATUS_STABLE", "dpyd": "DPYD_STATUS_NORMAL"})
            return
        body = {}
        for gene in ("kras", "nras", "braf"):
            if self.chance(0.7):
                body[gene] = {"status": "GENE_STATUS_" + self.weighted(
                    WILD_TYPE=8, MUTATED=3, PENDING=1, FAILED=0.5, NOT_ASSESSED=0.5)}
                if gene != "braf" and self.chance(0.7):
                    body[gene]["tested"] = "TESTED_RANGE_" + self.pick("EXTENDED", "EXTENDED",
                                                                       "EXON_2", "OTHER")
                elif gene == "braf" and body[gene]["status"].endswith("MUTATED"):
                    body[gene]["brafV600e"] = self.pick("ANSWER_YES", "ANSWER_NO",
                                                        "ANSWER_UNSPECIFIED")
        for name, enum, values in (
                ("microsatellite", "MICROSATELLITE_STATUS_", "STABLE LOW HIGH INDETERMINATE "
                 "PENDING FAILED NOT_ASSESSED"), ("her2", "HER2_STATUS_", "POSITIVE NEGATIVE "
                                                  "EQUIVOCAL PENDING"),
                ("dpyd", "DPYD_STATUS_", "NORMAL NORMAL PARTIAL_DEFICIENCY COMPLETE_DEFICIENCY "
                 "PENDING NOT_ASSESSED"), ("ugt1a1", "UGT1A1_STATUS_", "NORMAL REDUCED POOR "
                                           "PENDING")):
            if self.chance(0.5):
                body[name] = enum + self.rng.choice(values.split())
        self.emit("molecular", body)

    def cea(self):
        body = {"analyte": "ANALYTE_CEA", "value": self.pick("4.99", "5.00", "5", "4.996", "2.1",
                                                             "12", "88.4", "3", "5.001"),
                "unit": self.weighted(**{"ng/mL": 10, "ug/L": 4, "\u00b5g/L": 1, "mg/L": 0.7,
                                         "": 0.7})}
        if self.chance(0.2):
            body["comparator"] = "COMPARATOR_" + self.pick("LESS", "LESS_OR_EQUAL", "GREATER",
                                                           "GREATER_OR_EQUAL")
        if self.chance(0.3):
            body["upperLimit"] = self.pick("3.0", "5.0", "4.7")
        self.emit("laboratory", body)

    def status(self):
        body = {}
        if self.chance(0.8):
            body["ecog"] = self.rng.choices((0, 1, 2, 3, 4), (5, 8, 3, 1, 0.3))[0]
        if self.chance(0.7):
            body["comorbidity"] = "COMORBIDITY_" + self.pick("NONE", "NONE", "RELEVANT")
        if self.chance(0.25):
            body["fitness"] = "FITNESS_" + self.pick("FIT", "FIT", "FIT", "UNFIT")
        if self.chance(0.5):
            body["obstruction"] = "OBSTRUCTION_" + self.weighted(NONE=12, PARTIAL=2, COMPLETE=1)
        if self.chance(0.5):
            body["bleeding"] = "BLEEDING_" + self.weighted(NONE=12, MINOR=2, SIGNIFICANT=1,
                                                           MAJOR=0.7)
        if self.chance(0.5):
            body["perforation"] = "PERFORATION_" + self.weighted(NONE=12, RISK=1, ACTUAL=0.4)
        self.emit("clinicalStatus", body)

    def endoscopy(self):
        body = {}
        if self.chance(0.9):
            body["distance"] = self.distance()
        if self.chance(0.3):
            body["obstruction"] = "OBSTRUCTION_" + self.pick("NONE", "NONE", "PARTIAL", "COMPLETE")
        if self.chance(0.3):
            body["bleeding"] = "BLEEDING_" + self.pick("NONE", "NONE", "MINOR", "SIGNIFICANT")
        self.emit("endoscopy", body)

    def board(self, paln=None, response=None):
        names = list(FOUR)
        if self.chance(0.15):
            names.remove(self.rng.choice(names))
        if self.chance(0.5):
            names.append("PATHOLOGY")
        body = {"disciplines": ["DISCIPLINE_" + n for n in names]}
        if paln:
            body["paraAorticNodes"] = "NODE_STATEMENT_" + paln
        if response:
            body["response"] = "RESPONSE_" + response
        if self.chance(0.04):
            body["unresectable"] = self.pick("ANSWER_YES", "ANSWER_NO")
        if self.chance(0.03):
            body["rectumBySigmoidTakeOff"] = self.pick("ANSWER_YES", "ANSWER_YES", "ANSWER_NO")
        if self.chance(0.04):
            body["chemotherapyFirstOverridden"] = "ANSWER_YES"
            if self.chance(0.7):
                body["reasonText"] = "stated"
        self.emit("board", body)

    def drugs(self):
        names = self.pick(["FLUOROURACIL", "LEUCOVORIN", "OXALIPLATIN"],
                          ["FLUOROURACIL", "LEUCOVORIN", "IRINOTECAN"],
                          ["CAPECITABINE", "OXALIPLATIN"], ["CHECKPOINT_INHIBITOR"])
        if self.chance(0.35):
            names = names + ["BEVACIZUMAB"]
        if self.chance(0.2):
            names = names + [self.pick("CETUXIMAB", "PANITUMUMAB")]
        return ["DRUG_" + n for n in names]

    def therapy(self, action, intent=None, **more):
        body = {"action": "THERAPY_ACTION_" + action}
        if self.line and self.chance(0.85):
            body["line"] = self.line
        if action != "STOP":
            body["drugs"] = self.drugs() if action == "START" else self.pick(
                [], ["DRUG_BEVACIZUMAB", "DRUG_FLUOROURACIL"], ["DRUG_FLUOROURACIL"])
        if intent:
            body["intent"] = "THERAPY_INTENT_" + intent
        body.update(more)
        self.emit("systemicTherapy", body)

    def surgery(self, procedures, state="DONE", **more):
        body = {"procedures": ["PROCEDURE_" + p for p in procedures],
                "state": "PLAN_STATE_" + state}
        if self.chance(0.4):
            body["urgency"] = "URGENCY_" + self.pick("ELECTIVE", "ELECTIVE", "EMERGENCY")
        if state == "PLANNED" and self.chance(0.7):
            body["plannedFor"] = self.date(self.day + self.pick(10, 41, 42, 43, 60))
        body.update(more)
        self.emit("surgery", body)

    def resection(self, palnd):
        procedures = [self.pick("TME", "WIDE_MESORECTAL_EXCISION", "OTHER_PRIMARY_RESECTION")]
        if palnd:
            procedures = procedures + ["PALND"] if self.chance(0.7) else ["PALND"]
        if self.chance(0.3):
            self.surgery(procedures, self.pick("REQUESTED", "PLANNED", "PLANNED"))
            self.wait(5, 30)
            if self.chance(0.15):
                self.surgery(procedures, "CANCELLED")
                return False
        self.surgery(procedures)
        residual = "RESIDUAL_TUMOUR_" + self.weighted(R0=6, R1=1, R2=0.7, RX=1, UNSPECIFIED=1)
        if procedures[0] != "PALND" and self.chance(0.7):
            more = {"histology": self.histology(), "residualTumour": residual}
            if self.chance(0.5):
                more["stage"] = {"t": self.pick("pT3", "ypT2", "pT4a"),
                                 "n": self.pick("pN0", "pN1a", "ypN2a")}
            else:
                more["regionalNodes"] = {"examined": 14, "positive": self.pick(0, 1, 2, 3, 4, 7)}
            if self.chance(0.2):
                more["tumourDeposits"] = self.pick("ANSWER_YES", "ANSWER_NO")
            self.pathology("PRIMARY_RESECTION", **more)
        if palnd and self.chance(0.7):
            positive = self.pick(0, 1, 2, 3, 5)
            entry = {"station": "STATION_PARA_AORTIC", "result": "NODE_RESULT_"
                     + ("POSITIVE" if positive else "NEGATIVE")}
            if self.chance(0.8):
                entry["tally"] = {"examined": max(positive, self.pick(2, 3, 8)),
                                  "positive": positive}
            self.pathology("NODE_DISSECTION", stations=[entry], residualTumour=residual)
        return True

    def wait(self, least, most):
        self.day += self.rng.randrange(least, most + 1)

    # ---- the course ----------------------------------------------------------------------------

    def shuffle(self, *steps):
        steps = list(steps)
        self.rng.shuffle(steps)
        for step, p in steps:
            if self.chance(p):
                step()
                self.wait(0, 6)

    def small_talk(self):
        self.shuffle((self.cea, 0.35), (self.status, 0.25), (self.molecular, 0.15),
                     (self.board, 0.25), (self.endoscopy, 0.08), (self.centre, 0.05),
                     (self.pet, 0.06), (self.stent, 0.02), (self.radiate, 0.03))

    def centre(self):
        self.emit("centre", {"name": "c", "laparoscopicPalndExperience": self.pick(
            "ANSWER_YES", "ANSWER_YES", "ANSWER_NO", "ANSWER_UNSPECIFIED")})

    def pet(self):
        self.imaging("PET_CT", paln=self.pick(None, "SUSPICIOUS", "METASTATIC", None), factor=1)

    def stent(self):
        self.surgery([self.pick("STENT", "STOMA", "OTHER")])

    def radiate(self):
        self.emit("radiotherapy", {"kind": "RADIOTHERAPY_KIND_" + self.pick(
            "LONG_COURSE_CHEMORADIATION", "SHORT_COURSE", "PALLIATIVE"),
            "state": "PLAN_STATE_" + self.pick("REQUESTED", "PLANNED", "DONE", "CANCELLED")})

    def staging(self):
        self.grow()
        statement = self.weighted(METASTATIC=10, SUSPICIOUS=3, NEGATIVE=2, UNSPECIFIED=2, none=1)
        paln = None if statement == "none" else statement
        if self.chance(0.85):
            regions = REGIONS if self.chance(0.8) else self.rng.sample(REGIONS, 2)
            self.imaging("CT", regions, paln)
        else:
            self.imaging(self.pick("MRI", "ULTRASOUND", "PET_CT", "RADIOGRAPH"),
                         self.rng.sample(REGIONS, self.rng.randrange(1, 4)), paln)
        if paln == "SUSPICIOUS" or self.chance(0.15):
            self.wait(1, 20)
            self.shuffle((lambda: self.node_biopsy(self.chance(0.6)), 0.4),
                         (lambda: self.board(self.pick("METASTATIC", "METASTATIC", "NEGATIVE",
                                                       "SUSPICIOUS")), 0.4),
                         (self.pet, 0.3),
                         (lambda: self.imaging("CT", REGIONS, self.pick(
                             "METASTATIC", "NEGATIVE", "SUSPICIOUS")), 0.3))

    def treat(self):
        """One line of therapy with its time points."""
        self.line += 1
        self.counts["lines of therapy"] += 1
        self.therapy("START", self.weighted(PALLIATIVE=8, NEOADJUVANT=1, UNSPECIFIED=1))
        for _ in range(self.rng.randrange(0, 4)):
            if self.chance(0.5):
                self.wait(13, 15)
                self.therapy("CYCLE", self.pick("PALLIATIVE", None))
            self.wait(20, 60) if self.chance(0.7) else self.wait(40, 45)
            self.restage()
            self.small_talk()
            if self.chance(0.1):
                self.day += self.pick(42, 43, 84, 85)
        if self.chance(0.4):
            self.wait(5, 20)
            self.therapy("STOP", None, stopReason="STOP_REASON_" + self.weighted(
                COMPLETED=4, PROGRESSION=2, TOXICITY=1, SURGERY=1))

    def restage(self):
        factor = self.pick(0.7, 0.69, 0.5, 0.3, 1.0, 1.2, 1.3, 0, 0.8, 0.6)
        response = self.pick("PR", "SD", "PD", "CR", "NE", "NON_CR_NON_PD") \
            if self.chance(0.35) else None
        if self.chance(0.75):
            regions = REGIONS if self.chance(0.8) else self.rng.sample(REGIONS, 2)
            self.imaging("CT", regions, self.pick(None, "METASTATIC", "NEGATIVE", None), response,
                         True, factor)
        else:
            self.imaging(self.pick("MRI", "PET_CT", "ULTRASOUND"), self.rng.sample(
                REGIONS, self.rng.randrange(1, 4)), None, response, True, factor)
        if self.chance(0.25):
            self.wait(1, 14)
            self.board(None, self.pick("PR", "PR", "CR", "SD", "PD", "NE"))

    def adjuvant_past(self):
        """The primary was treated before."""
        if self.chance(0.7):
            self.imaging("CT", REGIONS, self.pick("NEGATIVE", "NEGATIVE", None), None, False)
        self.wait(5, 20)
        self.resection(False)
        if self.chance(0.5):
            self.wait(20, 60)
            self.therapy("START", "ADJUVANT")
            self.wait(14, 60)
            if self.chance(0.6):
                self.therapy(self.pick("STOP", "CYCLE"), "ADJUVANT")
        self.day += self.pick(30, 100, 180, 183, 364, 366, 500)

    def subject(self):
        """All events of one subject."""
        first = self.day
        self.shuffle((self.referral, 0.35), (self.biopsy, 0.93), (self.endoscopy, 0.5),
                     (self.status, 0.6), (self.molecular, 0.6))
        if self.chance(0.22):
            self.adjuvant_past()
        self.staging()
        self.small_talk()
        if self.chance(0.07):
            self.wait(3, 20)
            self.resection(True)
        rounds = self.rng.choices((0, 1, 2, 3), (2, 5, 3, 1))[0]
        for _ in range(rounds):
            self.wait(2, 25)
            self.treat()
        if rounds and self.chance(0.3):
            self.wait(5, 40)
            self.resection(self.chance(0.8))
            self.wait(20, 90)
            self.small_talk()
            if self.chance(0.5):
                self.wait(30, 200)
                self.staging()
                if self.chance(0.5):
                    self.wait(5, 30)
                    self.treat()
        if self.chance(0.1):
            self.wait(1, 60)
            self.emit("death", {})
        if self.chance(0.06):
            self.emit("reevaluate", {"reasonText": "again"})
        self.day = first + self.rng.randrange(0, 40)


def generate(seed, number, counts=None, partial=False, share=0.0):
    """The lines of one journey."""
    rng = random.Random("%d/%d" % (seed, number))
    journey = Journey(rng, number, collections.Counter() if counts is None else counts)
    journey.partial = partial
    journey.subject()
    if journey.chance(0.08):
        journey.tumour, journey.line = "second", 0
        journey.subject()
        journey.counts["second tumours"] += 1
    if share and journey.chance(0.8):
        odd.disorder(journey, share)
    return disturb.disturb(journey)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--journeys", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("seed %d" % options.seed, file=sys.stderr)
    counts = collections.Counter()
    for number in range(options.journeys):
        for line in generate(options.seed, number, counts):
            print(line)
    for name, count in sorted(counts.items()):
        print("%s %d" % (name, count), file=sys.stderr)


if __name__ == "__main__":
    main()
