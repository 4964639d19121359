"""The stage: derived and reported (decisions 6, 68; specification B.1)."""
import re

import nodes

# B.1 for M0: the rows of the table.
TABLE = [("Tis", "N0", "0"), ("T1 T2", "N0", "I"), ("T3", "N0", "IIA"), ("T4a", "N0", "IIB"),
         ("T4b", "N0", "IIC"), ("T1 T2", "N1a N1b N1c", "IIIA"), ("T1", "N2a", "IIIA"),
         ("T3 T4a", "N1a N1b N1c", "IIIB"), ("T2 T3", "N2a", "IIIB"), ("T1 T2", "N2b", "IIIB"),
         ("T4a", "N2a", "IIIC"), ("T3 T4a", "N2b", "IIIC"), ("T4b", "N1a N1b N1c N2a N2b", "IIIC")]
GROUPS = {(t, n): group for ts, ns, group in TABLE for t in ts.split() for n in ns.split()}
LETTERS = {"T4": ("T4a", "T4b"), "N1": ("N1a", "N1b", "N1c"), "N2": ("N2a", "N2b")}
ANY_T = ("Tis", "T1", "T2", "T3", "T4a", "T4b")


def group_m0(t, n):
    """The group, or what all that the statement can mean have in common."""
    t, n = bare(t, "T"), bare(n, "N")
    ts = ANY_T if t in ("", "TX", "T0") else LETTERS.get(t, (t[:3] if t[:2] != "T4" else t,))
    if t[:2] in ("T1", "T2", "T3"):
        ts = (t[:2],)
    found = {GROUPS[x, y] for x in ts for y in LETTERS.get(n, (n,)) if (x, y) in GROUPS}
    if len(found) == 1 and t not in ("", "TX", "T0"):
        return found.pop()
    if found and all(g.startswith("III") for g in found):
        return found.pop() if len(found) == 1 else "III"
    if found and all(g.startswith("II") and not g.startswith("III") for g in found):
        return "II"
    return ""


def bare(text, letter):
    match = re.search(letter + r"(is|[0-4X][abc]?)", text)
    return letter + match.group(1) if match else ""


def statement(event):
    return event.body.get("stage") if event.kind in ("pathology", "imaging", "referral") else None


def pick(chart, letter):
    """(text, edition, event) by precedence: resection, imaging, other pathology, referral."""
    def rank(e):
        if e.kind == "pathology":
            return 0 if e.body["specimen"] == "PRIMARY_RESECTION" else 2
        return {"imaging": 1, "referral": 3}[e.kind]
    best = None
    for e in chart.hist:
        s = statement(e)
        text = s[letter] if s else ""
        if not text and letter == "n" and e.kind == "pathology" \
                and e.body["specimen"] == "PRIMARY_RESECTION":
            text = from_tallies(e.body)
        if text and (best is None or rank(e) <= best[0]):
            best = (rank(e), text, (s or {}).get("edition") or 0)
    return best[1:] if best else ("", 0)


def from_tallies(body):
    tally = body["regional_nodes"]
    positive = tally["positive"] if tally else None
    if positive is None:
        own = [(s["tally"] or {}).get("positive") for s in body["stations"]
               if s["station"] in nodes.REGIONAL]
        own = [p for p in own if p is not None]
        if not own:
            return ""
        positive = sum(own)
    if positive == 0:
        return "pN1c" if body["tumour_deposits"] == "YES" else "pN0"
    return "pN1a" if positive == 1 else "pN1b" if positive <= 3 else \
        "pN2a" if positive <= 6 else "pN2b"


def derive(chart):
    ret = {}
    t, edition_t = pick(chart, "t")
    n, edition_n = pick(chart, "n")
    ret["t"], ret["n"] = t, n
    m = group = ""
    definite = chart.definite_sites
    peritoneum = "PERITONEUM" in definite
    if chart.paln is True:
        m = "M1c" if peritoneum else "M1b" if definite else "M1a"
    elif definite and chart.paln is None:
        m = "M1c" if peritoneum else "M1b" if len(definite) > 1 else "M1"
    elif definite:
        m = "M1c" if peritoneum else "M1b" if len(definite) > 1 else "M1a"
    elif chart.paln is False:
        regions = {r for e in chart.of("imaging") for r in e.body["regions"]
                   if e.body["modality"] in ("CT", "MRI", "PET_CT")}
        if {"CHEST", "ABDOMEN"} <= regions:
            m = "M0"
    if m:
        proven = chart.paln_state == "confirmed" or any(
            e.body["other_site"] and e.body["other_site"]["certainty"] == "DEFINITE"
            and e.body["other_site"]["organ"] not in ("RECTUM", None)
            or any(s["station"] in nodes.NON_REGIONAL and s["result"] == "POSITIVE"
                   for s in e.body["stations"]) for e in chart.of("pathology"))
        group = {"M1": "IV", "M1a": "IVA", "M1b": "IVB", "M1c": "IVC"}.get(m) \
            or group_m0(t, n)
        after = "y" if t.startswith("y") or n.startswith("y") else ""
        m = after + ("p" if proven and m != "M0" else "c") + m
    ret["m"], ret["group"] = m, group
    reported = []
    for e in chart.hist:
        s = statement(e)
        if s and any(s[x] for x in ("t", "n", "m", "group")):
            reported.append((s["t"], s["n"], s["m"], s["group"], e.id))
    ret["reported"] = sorted(reported)
    ret["conflict"] = conflict(chart, m, group)
    return ret


def conflict(chart, m, group):
    said = []
    for e in chart.hist:
        s = statement(e)
        if not s or not (s["m"] or s["group"]):
            continue
        if chart.paln is True and chart.episode.first is not None \
                and e.time.lo < chart.episode.first.lo:
            continue
        said.append(s)
    if not said or not m:
        return None
    said = [s for s in said if s["m"] or group]
    if not said:
        return None
    for s in said:
        if s["m"]:
            own, other = bare(s["m"], "M"), bare(m, "M")
            if own and own != other and not (own == "M1" and other[:2] == "M1") and not (
                    other == "M1" and own[:2] == "M1"):
                return "YES"
        if s["group"] and group:
            own = s["group"].upper()
            if own != group.upper() and not own.startswith(group.upper()) \
                    and not group.upper().startswith(own):
                return "YES"
            if own != group.upper() and {own, group.upper()} in ({"I", "IV"}, {"I", "II"}):
                return "YES"
            if own in ("I", "II") and group.upper() != own or group in ("I", "II") and own != group:
                return "YES"
    return "NO"
