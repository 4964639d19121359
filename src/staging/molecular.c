#include "staging/evidence.h"

/* MUTATED in any counted report dominates; else WILD_TYPE; else the latest other answer. */
static void see_gene(struct chart_gene *g, const struct gene_result *r, const struct event *e)
{
    /* V600E counts even without a status; only of a mutation can one say that it is another. */
    if (r->braf_v600e == ANSWER_YES ||
        (r->braf_v600e == ANSWER_NO && r->status == GENE_STATUS_MUTATED &&
         g->v600e == ANSWER_UNSPECIFIED)) {
        g->v600e = r->braf_v600e;
        g->event = e;
    }
    if (r->status == GENE_STATUS_UNSPECIFIED)
        return;
    if (r->status == GENE_STATUS_MUTATED &&
        (r->tested == TESTED_RANGE_EXTENDED || r->tested == TESTED_RANGE_OTHER))
        g->extended_mutation = true;
    if (g->status == GENE_STATUS_MUTATED ||
        (g->status == GENE_STATUS_WILD_TYPE && r->status != GENE_STATUS_MUTATED &&
         r->status != GENE_STATUS_WILD_TYPE))
        return;
    /* Of two wild types the wider range is worth more than the later date. */
    if (g->status == GENE_STATUS_WILD_TYPE && r->status == GENE_STATUS_WILD_TYPE &&
        g->tested == TESTED_RANGE_EXTENDED && r->tested != TESTED_RANGE_EXTENDED)
        return;
    g->status = r->status;
    g->tested = r->tested;
    g->event = e;
}

static void see_microsatellite(struct chart_molecular *m, enum microsatellite_status s,
                               const struct event *e)
{
    bool definite = s == MICROSATELLITE_STATUS_STABLE || s == MICROSATELLITE_STATUS_LOW ||
                    s == MICROSATELLITE_STATUS_HIGH;
    bool known = m->microsatellite == MICROSATELLITE_STATUS_STABLE ||
                 m->microsatellite == MICROSATELLITE_STATUS_LOW;

    if (s == MICROSATELLITE_STATUS_UNSPECIFIED || m->microsatellite == MICROSATELLITE_STATUS_HIGH ||
        (known && !definite))
        return;
    m->microsatellite = s;
    m->microsatellite_event = e;
}

static void see_her2(struct chart_molecular *m, enum her2_status s, const struct event *e)
{
    bool definite = s == HER2_STATUS_POSITIVE || s == HER2_STATUS_NEGATIVE;
    bool known = m->her2 == HER2_STATUS_POSITIVE || m->her2 == HER2_STATUS_NEGATIVE;

    if (s == HER2_STATUS_UNSPECIFIED || (known && !definite))
        return;
    m->her2 = s;
    m->her2_event = e;
}

/* Complete deficiency dominates, else partial. */
static int dpyd_weight(enum dpyd_status s)
{
    switch (s) {
    case DPYD_STATUS_COMPLETE_DEFICIENCY:
        return 4;
    case DPYD_STATUS_PARTIAL_DEFICIENCY:
        return 3;
    case DPYD_STATUS_NORMAL:
        return 2;
    case DPYD_STATUS_PENDING:
    case DPYD_STATUS_NOT_ASSESSED:
        return 1;
    case DPYD_STATUS_UNSPECIFIED:
        return 0;
    }
    return 0; /* uncovered: every status is named above */
}

static int ugt1a1_weight(enum ugt1a1_status s)
{
    switch (s) {
    case UGT1A1_STATUS_POOR:
        return 3;
    case UGT1A1_STATUS_NORMAL:
    case UGT1A1_STATUS_REDUCED:
        return 2;
    case UGT1A1_STATUS_PENDING:
    case UGT1A1_STATUS_NOT_ASSESSED:
        return 1;
    case UGT1A1_STATUS_UNSPECIFIED:
        return 0;
    }
    return 0; /* uncovered: every status is named above */
}

static void see_report(struct chart_molecular *m, const struct event *e)
{
    const struct molecular *r = &e->body.molecular;

    see_gene(&m->kras, &r->kras, e);
    see_gene(&m->nras, &r->nras, e);
    see_gene(&m->braf, &r->braf, e);
    see_microsatellite(m, r->microsatellite, e);
    see_her2(m, r->her2, e);
    if (r->dpyd != DPYD_STATUS_UNSPECIFIED && dpyd_weight(r->dpyd) >= dpyd_weight(m->dpyd)) {
        m->dpyd = r->dpyd;
        m->dpyd_event = e;
    }
    if (r->ugt1a1 != UGT1A1_STATUS_UNSPECIFIED &&
        ugt1a1_weight(r->ugt1a1) >= ugt1a1_weight(m->ugt1a1)) {
        m->ugt1a1 = r->ugt1a1;
        m->ugt1a1_event = e;
    }
}

static enum why why_gene(const struct evidence *v, const struct chart_gene *g)
{
    enum why absent = evidence_why_absent(v, BODY_MOLECULAR);

    switch (g->status) {
    case GENE_STATUS_FAILED:
        return why_first(WHY_NOT_OBTAINABLE, absent);
    case GENE_STATUS_PENDING:
        return why_first(WHY_PENDING, absent);
    case GENE_STATUS_NOT_ASSESSED:
    case GENE_STATUS_WILD_TYPE: /* these two are known: nobody asks why they are not */
    case GENE_STATUS_MUTATED:
    case GENE_STATUS_UNSPECIFIED:
        break;
    }
    return absent;
}

static bool gene_is_known(const struct chart_gene *g)
{
    return g->status == GENE_STATUS_WILD_TYPE || g->status == GENE_STATUS_MUTATED;
}

static void fold_missing(struct evidence *v)
{
    const struct chart_molecular *m = &v->chart->molecular;
    enum why absent = evidence_why_absent(v, BODY_MOLECULAR);

    if (!gene_is_known(&m->kras))
        evidence_missing(v, INPUT_KRAS, why_gene(v, &m->kras));
    if (!gene_is_known(&m->nras))
        evidence_missing(v, INPUT_NRAS, why_gene(v, &m->nras));
    if (!gene_is_known(&m->braf))
        evidence_missing(v, INPUT_BRAF, why_gene(v, &m->braf));
    switch (m->microsatellite) {
    case MICROSATELLITE_STATUS_STABLE:
    case MICROSATELLITE_STATUS_LOW:
    case MICROSATELLITE_STATUS_HIGH:
        break;
    case MICROSATELLITE_STATUS_PENDING:
        evidence_missing(v, INPUT_MSI_MMR, why_first(WHY_PENDING, absent));
        break;
    case MICROSATELLITE_STATUS_FAILED:
        evidence_missing(v, INPUT_MSI_MMR, why_first(WHY_NOT_OBTAINABLE, absent));
        break;
    case MICROSATELLITE_STATUS_INDETERMINATE:
        evidence_missing(v, INPUT_MSI_MMR, why_first(WHY_NOT_STATED, absent));
        break;
    case MICROSATELLITE_STATUS_NOT_ASSESSED:
    case MICROSATELLITE_STATUS_UNSPECIFIED:
        evidence_missing(v, INPUT_MSI_MMR, absent);
        break;
    }
    if (dpyd_weight(m->dpyd) < 2)
        evidence_missing(v, INPUT_DPYD,
                         m->dpyd == DPYD_STATUS_PENDING ? why_first(WHY_PENDING, absent) : absent);
}

void fold_molecular(struct evidence *v)
{
    struct chart_molecular *m = &v->chart->molecular;

    for (size_t i = 0; i < v->of[BODY_MOLECULAR].count; i++)
        see_report(m, v->of[BODY_MOLECULAR].items[i]);
    m->kras_wild_type.truth = m->kras.status == GENE_STATUS_WILD_TYPE ? TRI_YES
                              : m->kras.status == GENE_STATUS_MUTATED ? TRI_NO
                                                                      : TRI_UNKNOWN;
    if (m->kras_wild_type.truth == TRI_UNKNOWN)
        m->kras_wild_type.why = why_gene(v, &m->kras);
    basis_add(&m->kras_wild_type.basis, m->kras.event);
    if (m->kras.status == GENE_STATUS_MUTATED || m->nras.status == GENE_STATUS_MUTATED)
        m->extended_ras_wild_type.truth = TRI_NO;
    else if (m->kras.status == GENE_STATUS_WILD_TYPE && m->nras.status == GENE_STATUS_WILD_TYPE &&
             m->kras.tested == TESTED_RANGE_EXTENDED && m->nras.tested == TESTED_RANGE_EXTENDED)
        m->extended_ras_wild_type.truth = TRI_YES;
    basis_add(&m->extended_ras_wild_type.basis, m->kras.event);
    basis_add(&m->extended_ras_wild_type.basis, m->nras.event);
    fold_missing(v);
}
