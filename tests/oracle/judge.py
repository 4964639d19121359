"""Phase, findings, warnings, flags and missing inputs of a chart on a day."""
from chart import all3, emergency, looks_at_nodes, symptomatic
from clinical_time import compare, older_than
import conditions as c
import nodes
from panel import Panel
from rules import FINDINGS, MISSING_ORDER, POST_FINDINGS, SCOPE_ONLY
import stage
import therapy


def invert(value):
    return None if value is None else not value


class Judgement(Panel):
    """The result; `fields()` is what `change` compares."""

    def __init__(self, chart, day, held):
        self.chart, self.day, self.held = chart, day, held
        self.kind = self.phase = self.reason = ""
        self.stage, self.overlays, self.warnings, self.flags = {}, [], [], []
        self.status, self.missing_of, self.presentation, self.flagged = {}, {}, {}, {}
        self.missing = {}
        if chart.dead:
            self.kind, self.phase = "KIND_ENDED", "PH-END"
            return
        self.gather()
        self.stage = stage.derive(chart)
        self.find_phase()
        if self.phase == "PH-OOS":
            self.status = {code: False for code in FINDINGS}
        else:
            self.find()
        self.warn()
        self.flag()
        self.collect()

    def gather(self):
        chart, day = self.chart, self.day
        self.tx = chart.line is not None
        self.resp = therapy.response(chart.line)
        r = self.resp
        self.stale = None
        if r.point is not None:
            self.stale = older_than(r.point.time, 84, day)
        self.resp_truth = r.truth
        if r.truth is True and self.stale is not False:
            self.resp_truth = None
        self.ct, self.ct_missing, self.ct_stale = c.ct3(chart, day, r)
        self.fit, self.fit_missing, self.ecog = c.fitness(chart, day)
        self.sfit, self.sfit_missing, _ = c.fitness(chart, day, True)
        self.extent, self.extent_missing = c.extent_ok(chart, self.ct, self.ct_missing)
        self.emerg = emergency(chart.symptoms)
        self.sympt = symptomatic(chart.symptoms)
        self.timing, self.timing_warnings = c.timing(chart)
        self.count, self.count_reason = c.node_count(chart)
        self.cea, self.cea_reason = c.cea(chart, day)
        self.kras, self.kras_reason = c.gene(chart, "kras")
        if not hasattr(chart, "material"):
            chart.material = c.material(chart)
            chart.plans = c.open_plans(chart)
            chart.premature = chart.paln is True and chart.episode.first is not None \
                and c.premature_done(chart)
        self.mdt, self.mdt_reason = c.board_record(chart)

    # ---- phase -----------------------------------------------------------------------------

    def find_phase(self):
        chart = self.chart
        self.kind = "KIND_GUIDANCE"
        if chart.site is False:
            self.reason = "OOS-NOT-RECTAL"
        elif chart.adeno is False:
            self.reason = "OOS-HISTOLOGY"
        elif chart.paln is False:
            self.reason = self.no_paln()
        if self.reason:
            self.kind, self.phase = "KIND_OUT_OF_SCOPE", "PH-OOS"
        elif chart.in_scope is None:
            self.kind = "KIND_UNDETERMINED"
            self.phase = "PH-SCOPE-U"
            if chart.site and chart.adeno and chart.paln_state in ("suspicious", "conflict"):
                self.phase = "PH-SUSP"
        elif chart.resected:
            self.phase = "PH-POST"
        elif not self.tx:
            self.phase = "PH-SYS" if self.ct is True else "PH-STAGE"
        else:
            self.phase = self.resp.phase

    def no_paln(self):
        regional = other = False
        for e in self.chart.hist:
            if e.kind == "imaging":
                said = {n["station"] for n in e.body["nodes"] if n["statement"] == "METASTATIC"}
            elif e.kind == "pathology":
                said = {s["station"] for s in e.body["stations"] if s["result"] == "POSITIVE"}
                tally = e.body["regional_nodes"]
                regional = regional or bool(tally and tally["positive"])
            else:
                said = set()
            other = other or bool(said & nodes.NON_REGIONAL)
            regional = regional or bool(said & nodes.REGIONAL)
            s = stage.statement(e)
            if s and stage.bare(s["n"], "N")[:2] in ("N1", "N2", "N3"):
                regional = True
        if other:
            return "OOS-OTHER-NONREGIONAL"
        if regional and not self.chart.definite_sites:
            return "OOS-REGIONAL-ONLY"
        return "OOS-NO-PALN"

    # ---- findings ----------------------------------------------------------------------------

    def scope_missing(self):
        chart, ret = self.chart, []
        if chart.site is None:
            ret.append(("primary_site", chart.reason("primary_site", chart.site_reason)))
        if chart.adeno is None:
            ret.append(("histology", chart.reason("histology", chart.adeno_reason)))
        if chart.paln is None:
            extra = {"suspicious": "NOT_STATED", "conflict": "CONFLICT", "nos": "NOT_STATED"}.get(
                chart.paln_state)
            if extra is None:
                looked = any(c_region(e) for e in chart.of("imaging"))
                extra = "NOT_STATED" if looked else "NOT_ASSESSED"
            ret.append(("paln_status", chart.reason("paln_status", extra)))
            if chart.paln_state in ("suspicious", "conflict"):
                ret.append(("paln_histology", chart.reason(
                    "paln_histology", "CONFLICT" if chart.paln_state == "conflict"
                    and any(s.source == "pathology" and (
                                s.sign == "pos" or not chart.context.start_before(s.time))
                            for s in chart.said) else "NOT_ASSESSED")))
        return ret

    def phase_in(self, *phases):
        if self.chart.in_scope is None:
            return None
        return self.phase in ["PH-" + p for p in phases]

    def put(self, code, *terms):
        """AND of (truth, missing) terms."""
        truth = all3([t[0] for t in terms])
        self.status[code] = truth
        if truth is None:
            self.missing_of[code] = [m for t in terms if t[0] is None for m in t[1]]

    def find(self):
        chart = self.chart
        scope = (chart.in_scope, self.scope_missing())
        yes = (True, [])
        calm = (None if self.emerg else True, [])
        resected = (not chart.resected, [])
        advance = (not self.resp.pd, [])
        no_tx = (not self.tx, [])
        situ = (chart.in_situ, [])
        high = (chart.high, [(n, chart.reason(n, r)) for n, r in chart.high_missing])
        fit = (True if self.fit is True else None,
               self.fit_missing if self.fit is None else [])
        symptoms = [("primary_symptoms", chart.reason("primary_symptoms"))]
        for code in SCOPE_ONLY:
            self.put(code, scope)
        self.put("R-SYS-FIRST", scope, resected, advance, calm)
        self.put("R-SYS-EARLY", scope, no_tx, calm)
        for code in ("R-DOUBLET", "R-BEV"):
            self.put(code, scope, no_tx, calm, fit)
        kras = ({"WILD_TYPE": True, "MUTATED": False}.get(self.kras), [("kras", self.kras_reason)])
        self.put("R-EGFR", scope, no_tx, calm, fit, kras)
        self.put("A-GOAL", scope, (self.phase_in("STAGE", "SYS", "ONTX", "STABLE", "RESP"), []))
        self.assess(scope)
        response = [("response_assessment", self.response_reason())]
        self.put("R-SURG-CONSIDER", scope, (self.tx, []), (self.resp_truth, response), advance,
                 (self.ct, self.ct_missing), (self.extent, self.extent_missing),
                 (self.sfit, self.sfit_missing), (None if chart.prior_pd else True, []), calm,
                 resected)
        consider = self.status["R-SURG-CONSIDER"]
        self.put("R-SURG-HOLD", scope, resected, advance, (consider is not True, []))
        timing = [("paln_timing", "NOT_ASSESSED" if chart.paln is not True else "NOT_STATED")]
        self.put("A-TIMING-FAV", scope, (self.timing, timing))
        self.put("A-TIMING-UNFAV", scope, (invert(self.timing), timing))
        count = [("paln_count", chart.reason(
            "paln_count", self.count_reason or "NOT_ASSESSED", looks_at_nodes if chart.resected
            else lambda e: e.kind == "imaging"))]
        self.put("A-COUNT-FAV", scope, (self.count, count))
        self.put("A-COUNT-UNFAV", scope, (invert(self.count), count))
        cea = [("cea_preop", chart.reason("cea_preop", self.cea_reason or "NOT_ASSESSED"))]
        self.put("A-CEA-FAV", scope, (self.cea, cea))
        self.put("A-CEA-UNFAV", scope, (invert(self.cea), cea))
        self.put("R-TME", scope, situ)
        centre, _ = chart.latest(("centre",), lambda b: b["laparoscopic_palnd_experience"])
        self.put("R-LAP-PALND", scope, (self.phase_in("RESP"), []), (consider is not False, []),
                 ({"YES": True, "NO": False}.get(centre),
                  [("centre_experience", chart.reason(
                      "centre_experience", "NOT_STATED" if chart.of("centre")
                      else "NOT_ASSESSED"))]))
        for code in ("A-NO-PALND-COMP", "A-RESECT-BENEFIT", "A-5Y"):
            self.put(code, scope, (self.phase_in("RESP", "POST"), []))
        for code in ("R-NO-PREOP-RT", "R-COLON-LIKE", "R-WIDE-MESO"):
            self.put(code, scope, situ, high)
        self.put("R-SEQ-SYMPT", scope, situ, (self.sympt, symptoms))
        definite = bool(chart.definite_sites) or chart.unresectable
        missing = [("extent", chart.reason("extent", "NOT_STATED"))] if chart.equivocal_since \
            else []
        doubt = None if chart.equivocal_since or self.ct is not True else False
        self.put("R-SEQ-EXTENT", scope, (definite or doubt, missing + (
            self.ct_missing if self.ct is not True else [])))
        limited = True if self.fit is False or self.ecog == 2 else invert(self.fit)
        self.put("R-SEQ-FITNESS", scope, (limited, self.fit_missing))
        override = chart.latest(("board",), lambda b: b["chemotherapy_first_overridden"])
        overridden = override[0] == "YES" and override[1].body["reason_text"] != ""
        self.put("R-CHEMO-BEFORE-SURG", scope, situ, (invert(self.sympt), symptoms),
                 (self.phase_in("STAGE", "SYS", "ONTX"), []), (not overridden, []))
        self.put("R-SURG-AVOID", scope, (self.resp.pd, []))
        self.put("R-CT-CAP", (self.ct is not True, []))
        if self.ct is not True:
            self.missing_of["R-CT-CAP"] = self.ct_missing
        self.status["R-PET"] = self.pet()
        mdt = [("mdt_record", self.mdt_reason)]
        if self.phase == "PH-SCOPE-U":
            self.status["R-MDT"] = None
            self.missing_of["R-MDT"] = scope[1] + ([] if self.mdt else mdt)
        else:
            self.status["R-MDT"] = not self.mdt
            if not self.mdt:
                self.missing_of["R-MDT"] = mdt
        if self.phase == "PH-POST":
            for code in FINDINGS:
                if code not in POST_FINDINGS:
                    self.status[code] = False
                    self.missing_of.pop(code, None)

    def assess(self, scope):
        r = self.resp
        truth = r.assess
        if truth is None:
            old = older_than(r.evaluable.time, 84, self.day)
            truth = old
        missing = [("response_assessment", self.response_reason())]
        self.put("R-RESPONSE-ASSESS", scope, (self.tx, []), (truth, missing))
        if truth is True and self.status["R-RESPONSE-ASSESS"] is not False:
            self.missing_of["R-RESPONSE-ASSESS"] = (
                [] if self.status["R-RESPONSE-ASSESS"] else scope[1]) + missing

    def response_reason(self):
        r = self.resp
        if r.conflict:
            extra = "CONFLICT"
        elif not (self.chart.line and self.chart.line.points):
            extra = "NOT_ASSESSED"
        elif r.evaluable and r.latest.category not in ("NE",) and older_than(
                r.evaluable.time, 84, self.day) is not False:
            extra = "STALE"
        else:
            extra = "NOT_STATED"
        start = self.chart.line.start if self.chart.line else None
        return self.chart.reason("response_assessment", extra, lambda e: start is not None
                                 and e.kind == "imaging" and e.time is not None
                                 and e.time.lo > start.lo)

    def pet(self):
        chart = self.chart
        pets = [e for e in chart.of("imaging") if e.body["modality"] == "PET_CT"]
        since = []
        if chart.paln_state in ("suspicious", "conflict"):
            since.append(chart.episode.since)
        since += chart.equivocal_since
        if self.phase == "PH-RESP":
            good = [p.time.lo for p in chart.line.points if p.category in ("PR", "CR")]
            since.append(good[0])
        if chart.line:
            doubtful = [p for p in chart.line.points if p.equivocal_new]
            since += [p.time.lo for p in doubtful]
        return any(all(e.time.lo < day for e in pets) for day in since)

    def collect(self):
        chart = self.chart
        for code in FINDINGS:
            for name, reason in self.missing_of.get(code, ()):
                self.missing.setdefault(name, [reason, []])[1].append(code)
        for entry in self.missing.values():
            entry[1] = sorted(set(entry[1]), key=FINDINGS.index)
        if self.phase == "PH-OOS":
            return
        gene_of = {"X-RAS-UNK": "nras", "X-BRAF-UNK": "braf", "X-MSI-UNK": "msi_mmr",
                   "X-DPD-UNK": "dpyd"}
        for flag in self.flags:
            name = gene_of.get(flag)
            if name is None or name in self.missing:
                continue
            if name in ("nras", "braf"):
                value, reason = c.gene(chart, name)
                if name == "nras" and value is not None:
                    continue
            elif name == "msi_mmr":
                _, reason = c.dominant(chart, "microsatellite", ("HIGH",), ("STABLE", "LOW"))
            else:
                _, reason = c.dominant(chart, "dpyd", (), ())
            self.missing[name] = [reason, []]
        if self.phase == "PH-POST":
            values = [e.body["residual_tumour"] for e in chart.of("pathology")
                      if compare(e.time, chart.resected.time) >= 0]
            if not any(v in ("R0", "R1", "R2") for v in values):
                extra = "NOT_STATED" if "RX" in values else "NOT_ASSESSED"
                self.missing["r_status"] = [chart.reason("r_status", extra), []]

        self.missing = {n: self.missing[n] for n in MISSING_ORDER if n in self.missing}

    def fields(self):
        """What `change` compares."""
        return (self.kind, self.stage, self.phase, self.reason, self.overlays,
                [(code, self.status.get(code, False), self.presentation.get(code),
                  sorted({m[0] for m in self.missing_of.get(code, ())}))
                 for code in FINDINGS], self.warnings, self.flags, self.missing)


def c_region(event):
    return nodes.shows_abdomen(event.body)


def due(chart, as_of_day, held, now):
    """The first day after this one on which the judgement changes by time alone."""
    offsets = {"imaging": (43, 85), "laboratory": (43,), "clinical_status": (85,),
               "systemic_therapy": (42,), "surgery": (28,), "board": (85,)}
    days = set()
    for e in chart.hist:
        for offset in offsets.get(e.kind, ()):
            for base in {e.time.lo, e.time.hi}:
                if base + offset > as_of_day:
                    days.add(base + offset)
    fields = now.fields()
    for day in sorted(days):
        if Judgement(chart, day, held).fields() != fields:
            return day
    return None
