"""Warnings, overlays and safety flags of a judgement (decisions 5, 35-37, 61, 67, 69)."""
from chart import FOUR, emergency
from clinical_time import compare, older_than
import conditions as c
import nodes
from rules import FLAGS, WARNINGS
import stage

EFFECTS = {
    "X-MSI": ("R-DOUBLET R-BEV R-EGFR R-SYS-FIRST R-SYS-EARLY", "REVIEW"),
    "X-MSI-UNK": ("R-DOUBLET R-BEV R-EGFR", "REVIEW"), "X-RAS": ("R-EGFR", "SUPPRESSED"),
    "X-RAS-UNK": ("R-EGFR", "SUPPRESSED"), "X-BRAF": ("R-EGFR", "SUPPRESSED"),
    "X-BRAF-UNK": ("R-EGFR", "SUPPRESSED"), "X-DPD": ("R-DOUBLET", "REVIEW"),
    "X-DPD-UNK": ("R-DOUBLET", "REVIEW"), "X-UGT": ("R-DOUBLET", "REVIEW"),
    "X-BEV-CONTRA": ("R-BEV", "SUPPRESSED"), "X-EMERG": ("R-SURG-HOLD R-SURG-AVOID", "REVIEW"),
    "X-ICI-RESP": ("R-SURG-AVOID", "REVIEW")}


class Panel:
    """What stands beside the findings; a part of judge.Judgement."""

    def warn(self):
        chart, found = self.chart, set()
        if self.held:
            found.add("W-RECORD-INCOMPLETE")
        if self.not_regional():
            found.add("W-NOT-REGIONAL")
        if self.phase != "PH-OOS":
            self.warn_more(found)
        self.warnings = [w for w in WARNINGS if w in found]
        if self.emerg:
            self.overlays.append("OV-EMERG")
        if self.phase == "PH-OOS":
            return
        if chart.paln_state == "conflict" or (self.resp.conflict and not self.resp.pd
                                              and self.phase != "PH-POST"):
            self.overlays.append("OV-CONFLICT")
        if self.fit is False:
            self.overlays.append("OV-UNFIT")

    def warn_more(self, found):
        chart, post = self.chart, self.phase == "PH-POST"
        in_scope = chart.in_scope is True
        found.update(chart.high_warnings)
        if in_scope:
            found.add("W-SOURCE-TRUNCATED")
            if chart.premature or (chart.plans and self.resp_truth is not True and not self.emerg
                                   and self.status["R-SURG-CONSIDER"] is not True
                                   and any(p.kind != "surgery" or p.body["urgency"] != "EMERGENCY"
                                           for p in chart.plans)):
                found.add("W-PREMATURE-SURG")
            if self.larc():
                found.add("W-LARC-CRT")
        if chart.definite_sites or chart.equivocal_since:
            found.add("W-OTHER-METS")
        for flag, code in ((chart.prior_pd, "W-PRIOR-PD"), (self.fit is False, "W-POOR-PS"),
                           (self.ecog == 2, "W-ECOG2"), (chart.site_gt15, "W-SITE-GT15"),
                           (chart.high is False and chart.in_situ, "W-NOT-PROXIMAL"),
                           (self.ct_stale, "W-STAGING-STALE"),
                           (chart.symptoms["bleeding"] == "MINOR", "W-MINOR-BLEED"),
                           (chart.version_conflict, "W-VERSION-CONFLICT"),
                           (chart.cea and chart.cea[-1].body["unit"] not in c.UNITS, "W-CEA-UNIT"),
                           (chart.line and chart.line.baseline.old, "W-BASELINE-OLD"),
                           (self.phase == "PH-PD", "W-SOURCE-SILENT-2L"),
                           (post, "W-SOURCE-SILENT-POST")):
            if flag:
                found.add(code)
        found.update(self.timing_warnings)
        if self.unproven():
            found.add("W-HISTO-UNCONFIRMED")
        if not post:
            found.update(self.resp.warnings)
            if self.stale is True:
                found.add("W-RESP-STALE")
            if self.resp.category == "CR" and not self.resp.pd:
                found.add("W-CR-SILENT")
        if chart.line and {"CETUXIMAB", "PANITUMUMAB"} & chart.line.drugs \
                and self.kras != "WILD_TYPE":
            found.add("W-EGFR-NOT-WT")

    def unproven(self):
        chart = self.chart
        if self.phase == "PH-POST":
            return bool(self.after_resection())
        return chart.paln_state == "imaging_positive"

    def after_resection(self):
        cut = self.chart.resected
        return [s for s in self.chart.said if s.sign in ("sus", "pos") and s.source != "pathology"
                and compare(s.time, cut.time) > 0]

    def larc(self):
        chart = self.chart
        order = {id(e): i for i, e in enumerate(chart.hist)}
        closing = [e for e in chart.of("radiotherapy")
                   if e.body["kind"] == "LONG_COURSE_CHEMORADIATION"
                   and e.body["state"] in ("DONE", "CANCELLED")]
        for e in chart.hist:
            wanted = (e.kind == "radiotherapy" and e.body["kind"] == "LONG_COURSE_CHEMORADIATION"
                      and e.body["state"] in ("REQUESTED", "PLANNED")) or (
                e.kind == "referral" and "LONG_COURSE_CHEMORADIATION" in e.body["proposes"])
            boards = [b for b in chart.of("board") if FOUR <= set(b.body["disciplines"])]
            ends = closing + (boards if e.kind == "referral" else [])
            if wanted and not any(order[id(x)] > order[id(e)] for x in ends):
                return True
        return False

    def not_regional(self):
        chart = self.chart
        negative_named = any(
            any(n["station"] == "PARA_AORTIC" and n["statement"] == "NEGATIVE"
                for n in e.body["nodes"])
            and any(n["station"] in nodes.REGIONAL for n in e.body["nodes"])
            for e in chart.of("imaging"))
        for e in chart.hist:
            if e.kind == "referral" and negative_named and any(
                    n["station"] == "PARA_AORTIC" and n["statement"] == "METASTATIC"
                    for n in e.body["nodes"]):
                return True
            s = stage.statement(e)
            if not s:
                continue
            low = stage.bare(s["n"], "N")[:2] in ("N1", "N2") and stage.bare(s["m"], "M") == "M0"
            if not (low or s["group"].upper().startswith("III")):
                continue
            if e.kind == "pathology":
                lists = any(x["station"] == "PARA_AORTIC" and x["result"] == "POSITIVE"
                            for x in e.body["stations"])
            else:
                lists = any(n["station"] == "PARA_AORTIC" and n["statement"] == "METASTATIC"
                            for n in e.body["nodes"])
            if lists or (chart.paln is True and chart.episode.first is not None
                         and compare(e.time, chart.episode.first) >= 0):
                return True
        return False

    def flag(self):
        chart, found = self.chart, set()
        if self.emerg:
            found.add("X-EMERG")
        if self.phase != "PH-OOS":
            self.flag_more(found)
        self.flags = [f for f in FLAGS if f in found]
        dpd, _ = c.dominant(chart, "dpyd", ("COMPLETE_DEFICIENCY", "PARTIAL_DEFICIENCY"),
                            ("NORMAL",))
        for flag in self.flags:
            codes, effect = EFFECTS.get(flag, ("", ""))
            if flag == "X-DPD" and dpd == "COMPLETE_DEFICIENCY":
                effect = "SUPPRESSED"
            for code in codes.split():
                if self.status.get(code) is False:
                    continue
                self.flagged.setdefault(code, []).append(flag)
                if self.presentation.get(code) != "SUPPRESSED":
                    self.presentation[code] = effect

    def flag_more(self, found):
        chart = self.chart
        scope, early = chart.in_scope is True, self.phase in ("PH-SUSP", "PH-SCOPE-U")
        drugs = chart.line.drugs if chart.line else set()
        egfr = self.status["R-EGFR"]
        anti = bool({"CETUXIMAB", "PANITUMUMAB"} & drugs)
        msi, _ = c.dominant(chart, "microsatellite", ("HIGH",), ("STABLE", "LOW"))
        dpd, _ = c.dominant(chart, "dpyd", ("COMPLETE_DEFICIENCY", "PARTIAL_DEFICIENCY"),
                            ("NORMAL",))
        ugt, _ = c.dominant(chart, "ugt1a1", ("POOR",), ("NORMAL", "REDUCED"))
        her2, _ = c.dominant(chart, "her2", (), ("POSITIVE", "NEGATIVE"))
        nras, _ = c.gene(chart, "nras")
        braf, _ = c.gene(chart, "braf")
        ras = c.extended_ras(chart)
        results = [e.body for e in chart.of("molecular")]
        if scope:
            if msi == "HIGH":
                found.add("X-MSI")
            if msi is None and (not self.tx or self.phase == "PH-PD"):
                found.add("X-MSI-UNK")
            wide = any(b["kras"] and b["kras"]["status"] == "MUTATED"
                       and b["kras"]["tested"] in ("EXTENDED", "OTHER") for b in results)
            if nras == "MUTATED" or wide:
                found.add("X-RAS")
            if ras is None and self.kras != "MUTATED" and (egfr is not False or anti):
                found.add("X-RAS-UNK")
            said = {b["braf"]["braf_v600e"] for b in results if b["braf"] and (
                b["braf"]["status"] == "MUTATED" or b["braf"]["braf_v600e"] == "YES")}
            if "YES" in said or (braf == "MUTATED" and "NO" not in said):
                found.add("X-BRAF")
            if braf is None and "YES" not in said and (egfr is not False or anti):
                found.add("X-BRAF-UNK")
            if egfr is True:
                found.add("X-SIDE")
            if dpd is None and not self.tx:
                found.add("X-DPD-UNK")
            if her2 == "POSITIVE" and ras is True:
                found.add("X-HER2")
            if "CHECKPOINT_INHIBITOR" in drugs:
                found.add("X-ICI-RESP")
            if self.sympt is False and chart.in_situ:
                found.add("X-ASYMP")
            if chart.high is False and chart.in_situ:
                found.add("X-RT")
            boards = chart.of("board")
            if boards and "PATHOLOGY" not in boards[-1].body["disciplines"]:
                found.add("X-MDT+")
            if self.resp.category == "CR" and not self.resp.pd and self.phase != "PH-POST":
                found.add("X-WATCH")
        if scope or early:
            if dpd in ("COMPLETE_DEFICIENCY", "PARTIAL_DEFICIENCY"):
                found.add("X-DPD")
            if ugt == "POOR" and ("IRINOTECAN" in drugs or self.status["R-DOUBLET"] is not False):
                found.add("X-UGT")
            if (self.status["R-BEV"] is True and egfr is True) or (anti and "BEVACIZUMAB" in drugs):
                found.add("X-DUAL")
            if self.bevacizumab_before_surgery():
                found.add("X-BEV-SURG")
            if self.bevacizumab_hazard():
                found.add("X-BEV-CONTRA")
        if self.phase == "PH-POST":
            if self.after_resection():
                found.add("X-HISTO")
        elif (scope and chart.paln_state == "imaging_positive") or self.phase == "PH-SUSP":
            found.add("X-HISTO")

    def bevacizumab_before_surgery(self):
        chart = self.chart
        given = [e for e in chart.of("systemic_therapy") if "BEVACIZUMAB" in e.body["drugs"]
                 and e.body["action"] != "STOP"]
        if not given:
            return False
        last = given[-1].time
        if self.phase == "PH-RESP" and self.day - last.hi < 42:
            return True
        for plan in chart.plans:
            if plan.kind == "surgery" and plan.body["planned_for"]:
                day = plan.body["planned_for"].lo
                if day - last.hi < 42:
                    return True
            if self.day - last.hi < 42:
                return True
        return False

    def bevacizumab_hazard(self):
        chart = self.chart
        s = chart.symptoms
        if s["perforation"] in ("RISK", "ACTUAL") or s["bleeding"] in ("SIGNIFICANT", "MAJOR") \
                or s["obstruction"] == "COMPLETE":
            return True
        for e in chart.of("surgery"):
            if e.body["state"] != "DONE":
                continue
            if "STENT" in e.body["procedures"] and chart.in_situ:
                return True
            if set(e.body["procedures"]) == {"STENT"}:
                continue
            if older_than(e.time, 27, self.day) is not True:
                return True
        return False
