#include "staging/evidence.h"
#include "staging/tnm.h"

#include <assert.h>
#include <string.h>

/* ---- Texts as reported ----------------------------------------------------------------------- */

/* What follows the category's letter: "3" of "pT3", NULL when the letter is not there. */
static const char *after_letter(const char *text, char letter)
{
    const char *at = strchr(text, letter);

    return at == NULL ? NULL : at + 1;
}

uint32_t tnm_read_t(const char *text)
{
    const char *t = after_letter(text, 'T');

    if (t == NULL)
        return TNM_T_ALL;
    if (strncmp(t, "is", 2) == 0)
        return TNM_TIS;
    switch (t[0]) {
    case '1':
        return TNM_T1;
    case '2':
        return TNM_T2;
    case '3':
        return TNM_T3;
    case '4':
        return t[1] == 'a' ? TNM_T4A : t[1] == 'b' ? TNM_T4B : TNM_T4A | TNM_T4B;
    }
    return TNM_T_ALL; /* TX, T0 and what cannot be read */
}

uint32_t tnm_read_n(const char *text)
{
    const char *n = after_letter(text, 'N');

    if (n == NULL)
        return TNM_N_ALL;
    switch (n[0]) {
    case '0':
        return TNM_N0;
    case '1':
        return n[1] == 'a'   ? TNM_N1A
               : n[1] == 'b' ? TNM_N1B
               : n[1] == 'c' ? TNM_N1C
                             : TNM_N1A | TNM_N1B | TNM_N1C;
    case '2':
        return n[1] == 'a' ? TNM_N2A : n[1] == 'b' ? TNM_N2B : TNM_N2A | TNM_N2B;
    }
    return TNM_N_ALL;
}

/* ---- Stage groups, TNM 8 --------------------------------------------------------------------- */

#define T12 (TNM_T1 | TNM_T2)
#define N1 (TNM_N1A | TNM_N1B | TNM_N1C)

/* B.1: one row per line of the table; every combination with M0 stands in exactly one row. */
static const struct {
    uint32_t t;
    uint32_t n;
    const char *group;
} groups[] = {
    {TNM_TIS, TNM_N0, "0"},
    {T12, TNM_N0, "I"},
    {TNM_T3, TNM_N0, "IIA"},
    {TNM_T4A, TNM_N0, "IIB"},
    {TNM_T4B, TNM_N0, "IIC"},
    {T12, N1, "IIIA"},
    {TNM_T1, TNM_N2A, "IIIA"},
    {TNM_T3 | TNM_T4A, N1, "IIIB"},
    {TNM_T2 | TNM_T3, TNM_N2A, "IIIB"},
    {T12, TNM_N2B, "IIIB"},
    {TNM_T4A, TNM_N2A, "IIIC"},
    {TNM_T3 | TNM_T4A, TNM_N2B, "IIIC"},
    {TNM_T4B, N1 | TNM_N2A | TNM_N2B, "IIIC"},
};

/* "III" of "IIIA" and "IIIC": what two groups have in common; ${b} comes later in the table. */
static const char *common_group(const char *a, const char *b)
{
    size_t numeral = strspn(a, "I");

    if (strcmp(a, b) == 0)
        return a;
    assert(b[0] == 'I'); /* nothing comes before group 0 */
    if (numeral != strspn(b, "I"))
        return "";
    return numeral == 3 ? "III" : "II";
}

const char *tnm_group(uint32_t t, uint32_t n)
{
    const char *group = NULL;

    if (n == TNM_N_ALL)
        return ""; /* without N there is no group, not even for Tis */
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if ((groups[i].t & t) != 0 && (groups[i].n & n) != 0)
            group = group == NULL ? groups[i].group : common_group(group, groups[i].group);
    return group == NULL ? "" : group;
}

/* ---- T and N --------------------------------------------------------------------------------- */

static const struct stage_statement *statement_of(const struct event *e)
{
    return e->kind == BODY_PATHOLOGY  ? &e->body.pathology.stage
           : e->kind == BODY_IMAGING  ? &e->body.imaging.stage
           : e->kind == BODY_REFERRAL ? &e->body.referral.stage
                                      : NULL;
}

/* Resection specimen before imaging before other pathology before referral. */
static int source_rank(const struct event *e)
{
    if (e->kind == BODY_PATHOLOGY)
        return e->body.pathology.specimen == SPECIMEN_PRIMARY_RESECTION ? 4 : 2;
    return e->kind == BODY_IMAGING ? 3 : e->kind == BODY_REFERRAL ? 1 : 0;
}

static uint32_t positive_regional_nodes(const struct pathology *p, bool *ret_known)
{
    uint32_t sum = 0;

    *ret_known = p->regional_nodes.positive.given;
    if (*ret_known)
        return p->regional_nodes.positive.value;
    for (size_t k = 0; k < p->station_count; k++)
        if (station_is_regional(p->stations[k].station) && p->stations[k].tally.positive.given) {
            sum += p->stations[k].tally.positive.value;
            *ret_known = true;
        }
    return sum;
}

/* N by the number of positive regional nodes; deposits without a positive node are N1c. */
static const char *counted_n(const struct event *e)
{
    const struct pathology *p = &e->body.pathology;
    bool known;
    bool y;
    uint32_t positive;

    if (source_rank(e) != 4)
        return "";
    y = p->stage.t[0] == 'y';
    positive = positive_regional_nodes(p, &known);
    if (!known)
        return "";
    if (positive == 0)
        return p->tumour_deposits == ANSWER_YES ? (y ? "ypN1c" : "pN1c") : (y ? "ypN0" : "pN0");
    if (positive == 1)
        return y ? "ypN1a" : "pN1a";
    if (positive <= 3)
        return y ? "ypN1b" : "pN1b";
    if (positive <= 6)
        return y ? "ypN2a" : "pN2a";
    return y ? "ypN2b" : "pN2b";
}

static void fold_t_and_n(struct evidence *v)
{
    struct chart_stage *s = &v->chart->stage;
    int t_rank = 0;
    int n_rank = 0;

    s->t = s->n = "";
    for (size_t i = 0; i < v->reports.count; i++) {
        const struct event *e = v->reports.items[i];
        const struct stage_statement *stage = statement_of(e);
        int rank = source_rank(e);
        const char *n;

        if (stage == NULL)
            continue;
        if (stage->t[0] != '\0' && rank >= t_rank) {
            s->t = stage->t;
            s->edition = stage->edition;
            s->t_basis = (struct basis){.count = 1, .events = {e}};
            t_rank = rank;
        }
        n = stage->n[0] != '\0' ? stage->n : counted_n(e);
        if (n[0] != '\0' && rank >= n_rank) {
            s->n = n;
            s->n_basis = (struct basis){.count = 1, .events = {e}};
            n_rank = rank;
        }
    }
}

/* ---- M and group ----------------------------------------------------------------------------- */

struct sites {
    uint32_t count; /* definite ones beside the para-aortic nodes */
    bool peritoneum;
    bool proven;
};

/* Each distant chain is a site; iliac nodes without a place may be the named ones. */
static void count_chains(const struct chart_extent *x, struct sites *s)
{
    bool named = x->chains[STATION_COMMON_ILIAC].certainty == CERTAINTY_DEFINITE ||
                 x->chains[STATION_EXTERNAL_ILIAC].certainty == CERTAINTY_DEFINITE;

    for (size_t k = 0; k < STATION_COUNT; k++) {
        if (x->chains[k].certainty != CERTAINTY_DEFINITE)
            continue;
        s->proven = s->proven || x->chains[k].proven;
        if (k != STATION_ILIAC_NOS || !named)
            s->count++;
    }
}

static struct sites count_sites(const struct evidence *v)
{
    const struct chart_extent *x = &v->chart->extent;
    struct sites s = {.count = 0};

    for (size_t k = 0; k < ORGAN_COUNT; k++) {
        if (x->organs[k].certainty != CERTAINTY_DEFINITE)
            continue;
        s.count++;
        s.peritoneum = s.peritoneum || k == ORGAN_PERITONEUM;
        s.proven = s.proven || x->organs[k].proven;
    }
    count_chains(x, &s);
    return s;
}

static bool imaged(const struct evidence *v, enum region region)
{
    const struct events *scans = &v->of[BODY_IMAGING];

    for (size_t i = 0; i < scans->count; i++) {
        const struct event *e = scans->items[i];

        if (imaging_has_region(&e->body.imaging, region) &&
            e->body.imaging.modality != MODALITY_RADIOGRAPH &&
            e->body.imaging.modality != MODALITY_ULTRASOUND)
            return true;
    }
    return false;
}

/* The M category without prefix, and the group when it follows from M alone. */
static const char *m_category(const struct evidence *v, const struct sites *s,
                              const char **ret_group)
{
    enum tri paln = v->chart->paln.fact.truth;
    uint32_t count = s->count + (paln == TRI_YES ? 1 : 0);

    *ret_group = "";
    if (count > 0 && s->peritoneum) {
        *ret_group = "IVC";
        return "M1c";
    }
    if (count >= 2) {
        *ret_group = "IVB";
        return "M1b";
    }
    if (count == 1) {
        *ret_group = paln == TRI_UNKNOWN ? "IV" : "IVA";
        return paln == TRI_UNKNOWN ? "M1" : "M1a";
    }
    if (paln == TRI_NO && imaged(v, REGION_CHEST) && imaged(v, REGION_ABDOMEN)) {
        *ret_group = tnm_group(tnm_read_t(v->chart->stage.t), tnm_read_n(v->chart->stage.n));
        return "M0";
    }
    return "";
}

static const char *with_prefix(const char *m, bool proven, bool y)
{
    static const char *const texts[][5] = {
        {"M0", "cM0", "pM0", "ycM0", "ypM0"},      {"M1", "cM1", "pM1", "ycM1", "ypM1"},
        {"M1a", "cM1a", "pM1a", "ycM1a", "ypM1a"}, {"M1b", "cM1b", "pM1b", "ycM1b", "ypM1b"},
        {"M1c", "cM1c", "pM1c", "ycM1c", "ypM1c"},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(texts[i][0], m) == 0)
            return texts[i][1 + (proven ? 1 : 0) + (y ? 2 : 0)];
    return "";
}

static void fold_m(struct evidence *v)
{
    struct chart_stage *s = &v->chart->stage;
    struct sites sites = count_sites(v);
    /* Histology that a board disputes proves nothing of what M rests on. */
    bool proven = sites.proven || (v->chart->paln.fact.truth == TRI_YES &&
                                   v->chart->paln.histology.truth == TRI_YES);
    const char *m = m_category(v, &sites, &s->group);

    /* Pathologists do not assign M0: what is proven is none. */
    s->m = with_prefix(m, proven, s->t[0] == 'y' || s->n[0] == 'y');
    if (m[0] == '\0')
        return;
    s->edition = 8;
    s->m_basis = v->chart->paln.fact.basis;
    for (size_t i = 0; i < v->chart->extent.other.basis.count; i++)
        basis_add(&s->m_basis, v->chart->extent.other.basis.events[i]);
}

/* ---- Against what was reported --------------------------------------------------------------- */

/* Neither text contradicts the other: equal, or one is the other without subdivision. */
static bool compatible(const char *a, const char *b)
{
    size_t na = strlen(a);
    size_t nb = strlen(b);
    size_t n = na < nb ? na : nb;
    const char *rest = na < nb ? b + na : a + nb;

    if (strncmp(a, b, n) != 0)
        return false;
    /* "I" is not a coarser "II" or "IV", "II" not a coarser "III". */
    return rest[0] != 'I' && rest[0] != 'V';
}

static const char *without_prefix(const char *m)
{
    const char *at = strchr(m, 'M');

    return at == NULL ? "" : at;
}

/* YES they differ, NO they agree, UNKNOWN nothing to compare. */
static enum tri differs(const struct chart_stage *s, const struct stage_statement *r)
{
    enum tri answer = TRI_UNKNOWN;

    if (s->group[0] != '\0' && r->group[0] != '\0') {
        if (!compatible(s->group, r->group))
            return TRI_YES;
        answer = TRI_NO;
    }
    if (s->m[0] != '\0' && without_prefix(r->m)[0] != '\0') {
        if (!compatible(without_prefix(s->m), without_prefix(r->m)))
            return TRI_YES;
        answer = TRI_NO;
    }
    return answer;
}

static void keep_reported(struct chart_stage *s, const struct event *e,
                          const struct stage_statement *statement)
{
    if (s->reported_count == CHART_STATEMENTS_MAX) {
        memmove(&s->reported[0], &s->reported[1],
                (CHART_STATEMENTS_MAX - 1) * sizeof(s->reported[0]));
        s->reported_count--;
    }
    s->reported[s->reported_count++] = (struct reported_stage){.event = e, .statement = statement};
}

static void fold_reported(struct evidence *v)
{
    const struct chart_paln *p = &v->chart->paln;
    struct chart_stage *s = &v->chart->stage;

    for (size_t i = 0; i < v->reports.count; i++) {
        const struct event *e = v->reports.items[i];
        const struct stage_statement *r = statement_of(e);
        enum tri answer;

        if (r == NULL ||
            (r->t[0] == '\0' && r->n[0] == '\0' && r->m[0] == '\0' && r->group[0] == '\0'))
            continue;
        keep_reported(s, e, r);
        if (p->fact.truth == TRI_YES && event_day(e) < p->first_shown.first)
            continue; /* before the disease was shown it said what was known */
        answer = differs(s, r);
        if (answer == TRI_YES) {
            s->conflict = TRI_YES;
            basis_add(&s->conflict_basis, e);
        } else if (answer == TRI_NO && s->conflict != TRI_YES) {
            s->conflict = TRI_NO;
        }
    }
}

void fold_stage(struct evidence *v)
{
    fold_t_and_n(v);
    fold_m(v);
    fold_reported(v);
}
