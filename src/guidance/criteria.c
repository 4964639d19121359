#include "guidance/criteria.h"

static struct reading read_fact(const struct fact *f, uint32_t missing)
{
    return (struct reading){
        .truth = f->truth, .missing = f->truth == TRI_UNKNOWN ? missing : 0, .basis = &f->basis};
}

static struct reading negated(struct reading r)
{
    r.truth = tri_not(r.truth);
    return r;
}

/* The reasons of A.4 (an emergency, prior progression): unknown, and no datum would settle it. */
static struct reading open_question(bool open, const struct basis *basis)
{
    return (struct reading){.truth = open ? TRI_UNKNOWN : TRI_YES, .basis = basis};
}

/* ---- Scope ----------------------------------------------------------------------------------- */

static uint32_t scope_missing(const struct chart *c)
{
    uint32_t missing = 0;

    if (c->scope.truth != TRI_UNKNOWN)
        return 0;
    if (c->site.fact.truth == TRI_UNKNOWN)
        missing |= input_bit(INPUT_PRIMARY_SITE);
    if (c->histology.fact.truth == TRI_UNKNOWN)
        missing |= input_bit(INPUT_HISTOLOGY);
    if (c->paln.fact.truth == TRI_UNKNOWN)
        missing |= input_bit(INPUT_PALN_STATUS);
    if (c->paln.evidence == PALN_SUSPICIOUS || c->paln.evidence == PALN_CONFLICT)
        missing |= input_bit(INPUT_PALN_HISTOLOGY);
    return missing;
}

static struct reading read_scope(const struct view *v)
{
    return read_fact(&v->chart->scope, scope_missing(v->chart));
}
const struct criterion in_scope = {
    "this is rectal adenocarcinoma with para-aortic lymph nodes involved", read_scope};

/* ---- Therapy, response ----------------------------------------------------------------------- */

static struct reading read_no_emergency(const struct view *v)
{
    const struct fact *f = &v->chart->primary.emergency;

    return open_question(f->truth == TRI_YES, &f->basis);
}
const struct criterion no_emergency = {
    "no emergency of the primary puts the order of treatment in question", read_no_emergency};

static struct reading read_therapy(const struct view *v)
{
    return read_fact(&v->chart->therapy.started, 0);
}
const struct criterion therapy_started = {
    "systemic therapy for the para-aortic disease has started", read_therapy};

static struct reading read_resected(const struct view *v)
{
    return (struct reading){.truth = tri_from(v->chart->paln.resected),
                            .basis = &v->chart->paln.resected_by};
}
const struct criterion disease_resected = {"the para-aortic disease has been resected",
                                           read_resected};

static struct reading read_progressing(const struct view *v)
{
    return (struct reading){.truth = tri_from(v->chart->response.progressing),
                            .basis = &v->chart->response.progression};
}
const struct criterion progressing = {"the disease progresses on the current line of therapy",
                                      read_progressing};

static struct reading read_assess(const struct view *v)
{
    return read_fact(&v->chart->response.assess, input_bit(INPUT_RESPONSE_ASSESSMENT));
}
const struct criterion response_to_be_assessed = {
    "therapy has started and no current, evaluable response is on record", read_assess};

static struct reading read_response(const struct view *v)
{
    return read_fact(&v->chart->response.fact, input_bit(INPUT_RESPONSE_ASSESSMENT));
}
const struct criterion response_documented = {
    "a current partial or complete response to chemotherapy is documented", read_response};

static struct reading read_no_prior(const struct view *v)
{
    const struct fact *f = &v->chart->therapy.prior_progression;

    return open_question(f->truth == TRI_YES, &f->basis);
}
const struct criterion no_prior_progression = {"no earlier line of therapy ended in progression",
                                               read_no_prior};

/* ---- Fitness --------------------------------------------------------------------------------- */

static struct reading read_fit(const struct view *v)
{
    struct reading r = read_fact(&v->chart->fitness.fact, v->chart->fitness.missing);

    if (r.truth == TRI_NO)
        r.truth = TRI_UNKNOWN; /* the text names no limit: a board decides */
    return r;
}
const struct criterion fit_for_doublet = {
    "performance status and comorbidity allow combination chemotherapy", read_fit};

static struct reading read_fit_for_surgery(const struct view *v)
{
    return read_fact(&v->chart->fitness.for_surgery, v->chart->fitness.for_surgery_missing);
}
const struct criterion fit_for_surgery = {
    "performance status and comorbidity, both current, allow surgery", read_fit_for_surgery};

static struct reading read_fitness_limits(const struct view *v)
{
    const struct chart_fitness *f = &v->chart->fitness;

    if (f->fact.truth != TRI_NO && f->ecog_event != NULL && f->ecog.value == 2)
        return (struct reading){.truth = TRI_YES, .basis = &f->fact.basis};
    return negated(read_fact(&f->fact, f->missing));
}
const struct criterion fitness_limits = {
    "performance status or comorbidity limits what can be done", read_fitness_limits};

/* ---- Molecular ------------------------------------------------------------------------------- */

static struct reading read_kras(const struct view *v)
{
    return read_fact(&v->chart->molecular.kras_wild_type, input_bit(INPUT_KRAS));
}
const struct criterion kras_wild_type = {"KRAS is wild type", read_kras};

/* ---- Phases ---------------------------------------------------------------------------------- */

/* A condition on the phase is unknown while the scope is. */
static struct reading read_phase(const struct view *v, uint32_t phases)
{
    if (v->phase == PHASE_SUSP || v->phase == PHASE_SCOPE_U)
        return (struct reading){.truth = TRI_UNKNOWN};
    return (struct reading){.truth = tri_from((phases & (UINT32_C(1) << v->phase)) != 0),
                            .basis = &v->chart->response.latest_basis};
}

static struct reading read_before_resection(const struct view *v)
{
    return read_phase(v, (UINT32_C(1) << PHASE_STAGE) | (UINT32_C(1) << PHASE_SYS) |
                             (UINT32_C(1) << PHASE_ONTX) | (UINT32_C(1) << PHASE_STABLE) |
                             (UINT32_C(1) << PHASE_RESP));
}
const struct criterion before_resection_question = {
    "therapy is ahead or under way, or the disease is stable or has responded",
    read_before_resection};

static struct reading read_chemotherapy_first_phase(const struct view *v)
{
    return read_phase(v, (UINT32_C(1) << PHASE_STAGE) | (UINT32_C(1) << PHASE_SYS) |
                             (UINT32_C(1) << PHASE_ONTX));
}
const struct criterion chemotherapy_first_phase = {
    "therapy has not started or its response is not known yet", read_chemotherapy_first_phase};

static struct reading read_response_phase(const struct view *v)
{
    return read_phase(v, UINT32_C(1) << PHASE_RESP);
}
const struct criterion in_response_phase = {"the disease has responded to chemotherapy",
                                            read_response_phase};

static struct reading read_response_or_after(const struct view *v)
{
    return read_phase(v, (UINT32_C(1) << PHASE_RESP) | (UINT32_C(1) << PHASE_POST));
}
const struct criterion response_or_after = {
    "the disease has responded to chemotherapy or was resected", read_response_or_after};

/* ---- Staging, extent ------------------------------------------------------------------------- */

static struct reading read_ct(const struct view *v)
{
    return read_fact(&v->chart->ct.fact, v->chart->ct.missing);
}
const struct criterion staging_ct_complete = {
    "CT of chest, abdomen and pelvis is on record and current", read_ct};

static struct reading read_extent(const struct view *v)
{
    return read_fact(&v->chart->extent.ok, v->chart->extent.missing);
}
const struct criterion extent_resectable = {
    "no other distant site is known and nobody has called the disease unresectable", read_extent};

static struct reading read_other_sites(const struct view *v)
{
    return read_fact(&v->chart->extent.other, v->chart->extent.missing);
}
const struct criterion other_sites = {
    "another distant site is definite or the disease was declared unresectable", read_other_sites};

/* ---- The surgery question -------------------------------------------------------------------- */

static const struct criterion *const surgery_gates[] = {
    &in_scope,          &therapy_started, &response_documented,  &staging_ct_complete,
    &extent_resectable, &fit_for_surgery, &no_prior_progression, &no_emergency};

/* Every gate of A.4 together; rows that need the outcome share this, not each other. */
static struct reading read_surgery(const struct view *v)
{
    struct reading all = {.truth = TRI_YES};

    for (size_t i = 0; i < sizeof(surgery_gates) / sizeof(surgery_gates[0]); i++) {
        struct reading one = surgery_gates[i]->holds(v);

        all.truth = tri_and(all.truth, one.truth);
        if (one.truth == TRI_UNKNOWN)
            all.missing |= one.missing;
    }
    if (v->chart->response.progressing || v->chart->paln.resected)
        all.truth = TRI_NO;
    if (all.truth != TRI_UNKNOWN)
        all.missing = 0;
    all.basis = &v->chart->response.latest_basis;
    return all;
}
const struct criterion surgery_may_be_considered = {
    "response, staging, extent and fitness together let resection be considered", read_surgery};

static struct reading read_surgery_excluded(const struct view *v)
{
    return negated(read_surgery(v));
}
const struct criterion surgery_excluded = {"one of the conditions for considering resection fails",
                                           read_surgery_excluded};

/* ---- Factors --------------------------------------------------------------------------------- */

static struct reading read_timing(const struct view *v, enum timing wanted)
{
    const struct chart_timing *t = &v->chart->timing;

    if (t->timing == TIMING_UNKNOWN)
        return (struct reading){.missing = input_bit(INPUT_PALN_TIMING), .basis = &t->basis};
    return (struct reading){.truth = tri_from(t->timing == wanted), .basis = &t->basis};
}

static struct reading read_metachronous(const struct view *v)
{
    return read_timing(v, TIMING_METACHRONOUS);
}
const struct criterion metachronous = {
    "the para-aortic nodes appeared after treatment of the primary", read_metachronous};

static struct reading read_synchronous(const struct view *v)
{
    return read_timing(v, TIMING_SYNCHRONOUS);
}
const struct criterion synchronous = {
    "the para-aortic nodes were there when the primary was treated", read_synchronous};

static struct reading read_few(const struct view *v)
{
    return read_fact(&v->chart->count.favourable, input_bit(INPUT_PALN_COUNT));
}
const struct criterion few_nodes = {
    "two para-aortic nodes or fewer are involved (policy count_favourable_max)", read_few};

static struct reading read_many(const struct view *v)
{
    return negated(read_few(v));
}
const struct criterion many_nodes = {
    "three para-aortic nodes or more are involved (policy count_favourable_max)", read_many};

static struct reading read_cea_low(const struct view *v)
{
    return read_fact(&v->chart->cea.favourable, input_bit(INPUT_CEA_PREOP));
}
const struct criterion cea_low = {"preoperative CEA is below 5 ng/mL (policy cea_below)",
                                  read_cea_low};

static struct reading read_cea_high(const struct view *v)
{
    return negated(read_cea_low(v));
}
const struct criterion cea_high = {"preoperative CEA is 5 ng/mL or more (policy cea_below)",
                                   read_cea_high};

/* ---- The primary ----------------------------------------------------------------------------- */

static struct reading read_in_situ(const struct view *v)
{
    return read_fact(&v->chart->primary.in_situ, 0);
}
const struct criterion primary_in_situ = {"the primary has not been resected", read_in_situ};

/* S21 "> 12 cm from anal verge": strict, to the distal edge, so 12.0 itself is no. */
static struct reading read_high(const struct view *v)
{
    return read_fact(&v->chart->height.fact, v->chart->height.missing);
}
const struct criterion tumour_is_high = {
    "its distal edge lies more than 12 cm from the anal verge (policy high_above)", read_high};

static struct reading read_symptomatic(const struct view *v)
{
    return read_fact(&v->chart->primary.symptomatic, input_bit(INPUT_PRIMARY_SYMPTOMS));
}
const struct criterion symptomatic = {
    "the primary obstructs, bleeds significantly, or threatens to perforate", read_symptomatic};

static struct reading read_overridden(const struct view *v)
{
    const struct basis *boards = &v->chart->board.chemotherapy_overridden;

    return (struct reading){.truth = tri_from(boards->count > 0), .basis = boards};
}
const struct criterion chemotherapy_first_overridden = {
    "a board has decided otherwise and said why", read_overridden};

/* ---- Centre, PET-CT, board ------------------------------------------------------------------- */

static struct reading read_centre(const struct view *v)
{
    return read_fact(&v->chart->centre_experienced, input_bit(INPUT_CENTRE_EXPERIENCE));
}
const struct criterion centre_experienced = {
    "the centre has experience with laparoscopic para-aortic dissection", read_centre};

static struct reading read_pet(const struct view *v)
{
    const struct chart_pet *p = &v->chart->pet;
    struct reading r = {.truth = tri_from(p->for_paln || p->for_other_site || p->for_new_lesion ||
                                          (p->for_response && v->phase == PHASE_RESP))};

    if (p->for_paln)
        r.basis = &v->chart->paln.fact.basis;
    else if (p->for_other_site)
        r.basis = &v->chart->extent.other.basis;
    else
        r.basis = &v->chart->response.latest_basis;
    return r;
}
const struct criterion pet_asked_for = {"para-aortic nodes, another site or a new lesion are "
                                        "doubtful, or the disease has responded, and "
                                        "no PET-CT was made since",
                                        read_pet};

static struct reading read_board_needed(const struct view *v)
{
    if (v->phase == PHASE_SUSP)
        return (struct reading){.truth = TRI_YES, .basis = &v->chart->paln.fact.basis};
    return read_scope(v);
}
const struct criterion board_needed = {"para-aortic nodes are involved, suspicious or disputed",
                                       read_board_needed};

static struct reading read_discussed(const struct view *v)
{
    /* While the scope is unknown nobody can say what a board has to discuss. */
    if (v->phase == PHASE_SCOPE_U)
        return (struct reading){.truth = TRI_NO};
    return (struct reading){.truth = v->chart->board.discussed.truth,
                            .basis = &v->chart->board.discussed.basis};
}
const struct criterion board_has_discussed = {"a board with medical, surgical and radiation "
                                              "oncology and radiology has discussed it since the "
                                              "last material change",
                                              read_discussed};
