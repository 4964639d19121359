#include "wire/event_body.h"

#include "base/arena.h"
#include "base/text.h"

#include <string.h>

#define FIRST_DAY (-25567) /* 1900-01-01 */

enum status body_refuse(struct body_reader *r, const char *name, enum error_code code,
                        const char *why)
{
    (void)field_path_enter(&r->path, name);
    return field_path_refuse(&r->path, code, why, &r->code, r->err);
}

enum status body_read_time(struct body_reader *r, const char *name, const char *text,
                           bool may_be_future, struct stated_time *ret)
{
    ret->text = text;
    if (text[0] == '\0')
        return OK;
    if (!clinical_time_parse(text, strlen(text), &ret->time))
        return body_refuse(r, name, ERROR_BAD_TIME,
                           "not a clinical time (2026, 2026-05, 2026-05-12, "
                           "2026-05-12T08:15:00+02:00)");
    if (ret->time.first_day < FIRST_DAY)
        return body_refuse(r, name, ERROR_IMPOSSIBLE_VALUE, "before the year 1900");
    if (!may_be_future && ret->time.earliest > r->latest_ms)
        return body_refuse(r, name, ERROR_FUTURE_DATE,
                           "more than 24 hours after the record's own timestamp");
    return OK;
}

/* Parse a decimal; "" is absent. */
static enum status read_decimal(struct body_reader *r, const char *name, const char *text,
                                int64_t thousandths_max, struct amount *ret)
{
    if (text[0] == '\0')
        return OK;
    if (!text_parse_decimal(text, strlen(text), &ret->thousandths)) {
        /* A well-formed number below zero is a number, but no size. */
        if (text[0] == '-' && text_parse_decimal(text + 1, strlen(text + 1), &ret->thousandths))
            return body_refuse(r, name, ERROR_IMPOSSIBLE_VALUE, "below zero");
        return body_refuse(r, name, ERROR_BAD_DECIMAL,
                           "not a decimal (at most 9 digits before and 3 after the point)");
    }
    if (ret->thousandths > thousandths_max)
        return body_refuse(r, name, ERROR_IMPOSSIBLE_VALUE, "above its upper limit");
    ret->given = true;
    return OK;
}

static enum status no_memory(struct body_reader *r)
{
    return field_path_refuse(&r->path, ERROR_EVENT_TOO_LARGE, "more than the memory of one batch",
                             &r->code, r->err);
}

static struct stage_statement read_stage(const Restage__V1__StageStatement *s)
{
    if (s == NULL)
        return (struct stage_statement){.t = "", .n = "", .m = "", .group = ""};
    return (struct stage_statement){
        .t = s->t, .n = s->n, .m = s->m, .group = s->group, .edition = s->edition};
}

static struct node_tally read_tally(const Restage__V1__NodeTally *t)
{
    struct node_tally tally = {0};

    if (t == NULL)
        return tally;
    if (t->examined_presence_case == RESTAGE__V1__NODE_TALLY__EXAMINED_PRESENCE_EXAMINED)
        tally.examined = (struct number){.given = true, .value = t->examined};
    if (t->positive_presence_case == RESTAGE__V1__NODE_TALLY__POSITIVE_PRESENCE_POSITIVE)
        tally.positive = (struct number){.given = true, .value = t->positive};
    return tally;
}

static struct node_count read_count(const Restage__V1__Count *c)
{
    struct node_count count = {0};

    if (c == NULL)
        return count;
    if (c->min_presence_case == RESTAGE__V1__COUNT__MIN_PRESENCE_MIN)
        count.min = (struct number){.given = true, .value = c->min};
    if (c->max_presence_case == RESTAGE__V1__COUNT__MAX_PRESENCE_MAX)
        count.max = (struct number){.given = true, .value = c->max};
    return count;
}

static struct other_site read_site(const Restage__V1__OtherSite *s)
{
    if (s == NULL)
        return (struct other_site){0};
    return (struct other_site){.organ = (enum organ)s->organ,
                               .certainty = (enum certainty)s->certainty};
}

static enum status read_distance(struct body_reader *r, const Restage__V1__Distance *d,
                                 struct distance *ret)
{
    if (d == NULL)
        return OK;
    ret->method = (enum distance_method)d->method;
    return read_decimal(r, "distance.cm", d->cm, EVENT_DISTANCE_THOUSANDTHS_MAX, &ret->cm);
}

/* Lists of enums have the same layout on both sides: int and enum of four bytes. */
_Static_assert(sizeof(enum drug) == sizeof(Restage__V1__Drug), "enum lists are shared");

static enum status read_nodes(struct body_reader *r, Restage__V1__NodeFinding *const *nodes,
                              size_t count, const struct node_finding **ret, size_t *ret_count)
{
    struct node_finding *list = arena_zalloc(r->arena, count, sizeof(*list));
    size_t before = field_path_enter(&r->path, "nodes");

    if (list == NULL)
        return no_memory(r);
    for (size_t i = 0; i < count; i++) {
        const Restage__V1__NodeFinding *n = nodes[i];
        size_t item = field_path_enter_item(&r->path, i);
        enum status status = read_decimal(r, "short_axis_mm", n->short_axis_mm,
                                          EVENT_DIAMETER_THOUSANDTHS_MAX, &list[i].short_axis_mm);

        if (status != OK)
            return status;
        list[i].station = (enum station)n->station;
        list[i].station_text = n->station_text;
        list[i].statement = (enum node_status)n->statement;
        list[i].count = read_count(n->count);
        list[i].heterogeneous = (enum answer)n->heterogeneous;
        list[i].irregular_border = (enum answer)n->irregular_border;
        list[i].necrosis = (enum answer)n->necrosis;
        list[i].fdg_uptake = (enum answer)n->fdg_uptake;
        field_path_leave(&r->path, item);
    }
    field_path_leave(&r->path, before);
    *ret = list;
    *ret_count = count;
    return OK;
}

static enum status read_lesions(struct body_reader *r, const Restage__V1__Imaging *m,
                                struct imaging *ret)
{
    struct lesion *list = arena_zalloc(r->arena, m->n_lesions, sizeof(*list));
    size_t before = field_path_enter(&r->path, "lesions");

    if (list == NULL)
        return no_memory(r);
    for (size_t i = 0; i < m->n_lesions; i++) {
        const Restage__V1__Lesion *l = m->lesions[i];
        size_t item = field_path_enter_item(&r->path, i);
        enum status status = read_decimal(r, "diameter_mm", l->diameter_mm,
                                          EVENT_DIAMETER_THOUSANDTHS_MAX, &list[i].diameter_mm);

        if (status != OK)
            return status;
        list[i].lesion_id = l->lesion_id;
        list[i].organ = (enum organ)l->organ;
        list[i].station = (enum station)l->station;
        list[i].role = (enum lesion_role)l->role;
        list[i].state = (enum lesion_state)l->state;
        list[i].is_new = (enum answer)l->is_new;
        list[i].certainty = (enum certainty)l->certainty;
        field_path_leave(&r->path, item);
    }
    field_path_leave(&r->path, before);
    ret->lesions = list;
    ret->lesion_count = m->n_lesions;
    return OK;
}

static enum status read_imaging(struct body_reader *r, const Restage__V1__Imaging *m,
                                struct imaging *ret)
{
    struct other_site *sites = arena_zalloc(r->arena, m->n_other_sites, sizeof(*sites));
    enum status status;

    if (sites == NULL)
        return no_memory(r);
    for (size_t i = 0; i < m->n_other_sites; i++)
        sites[i] = read_site(m->other_sites[i]);
    ret->modality = (enum modality)m->modality;
    ret->regions = (const enum region *)m->regions;
    ret->region_count = m->n_regions;
    ret->contrast = (enum answer)m->contrast;
    ret->diagnostic_ct = (enum answer)m->diagnostic_ct;
    ret->other_sites = sites;
    ret->other_site_count = m->n_other_sites;
    ret->stage = read_stage(m->stage);
    ret->reflection = (enum reflection)m->reflection;
    ret->stated_response = (enum response)m->stated_response;
    ret->perforation = (enum perforation)m->perforation;
    ret->obstruction = (enum obstruction)m->obstruction;
    ret->mesorectal_fascia_threatened = (enum answer)m->mesorectal_fascia_threatened;
    status = read_nodes(r, m->nodes, m->n_nodes, &ret->nodes, &ret->node_count);
    if (status == OK)
        status = read_lesions(r, m, ret);
    return status == OK ? read_distance(r, m->distance, &ret->distance) : status;
}

static enum status read_pathology(struct body_reader *r, const Restage__V1__Pathology *m,
                                  struct pathology *ret)
{
    struct station_result *stations = arena_zalloc(r->arena, m->n_stations, sizeof(*stations));

    if (stations == NULL)
        return no_memory(r);
    for (size_t i = 0; i < m->n_stations; i++)
        stations[i] = (struct station_result){.station = (enum station)m->stations[i]->station,
                                              .station_text = m->stations[i]->station_text,
                                              .result = (enum node_result)m->stations[i]->result,
                                              .tally = read_tally(m->stations[i]->tally)};
    ret->specimen = (enum specimen)m->specimen;
    ret->topography = m->topography;
    ret->histology = (enum histology)m->histology;
    ret->stage = read_stage(m->stage);
    ret->regional_nodes = read_tally(m->regional_nodes);
    ret->tumour_deposits = (enum answer)m->tumour_deposits;
    ret->stations = stations;
    ret->station_count = m->n_stations;
    ret->residual_tumour = (enum residual_tumour)m->residual_tumour;
    ret->other_site = read_site(m->other_site);
    return OK;
}

static struct gene_result read_gene(const Restage__V1__GeneResult *g)
{
    if (g == NULL)
        return (struct gene_result){.variant_text = ""};
    return (struct gene_result){.status = (enum gene_status)g->status,
                                .variant_text = g->variant_text,
                                .braf_v600e = (enum answer)g->braf_v600e,
                                .tested = (enum tested_range)g->tested};
}

static void read_molecular(const Restage__V1__Molecular *m, struct molecular *ret)
{
    ret->kras = read_gene(m->kras);
    ret->nras = read_gene(m->nras);
    ret->braf = read_gene(m->braf);
    ret->microsatellite = (enum microsatellite_status)m->microsatellite;
    ret->her2 = (enum her2_status)m->her2;
    ret->dpyd = (enum dpyd_status)m->dpyd;
    ret->ugt1a1 = (enum ugt1a1_status)m->ugt1a1;
}

static enum status read_laboratory(struct body_reader *r, const Restage__V1__Laboratory *m,
                                   struct laboratory *ret)
{
    enum status status = read_decimal(r, "value", m->value, INT64_MAX, &ret->value);

    ret->analyte = (enum analyte)m->analyte;
    ret->comparator = (enum comparator)m->comparator;
    ret->unit = m->unit;
    return status == OK
               ? read_decimal(r, "upper_limit", m->upper_limit, INT64_MAX, &ret->upper_limit)
               : status;
}

static enum status read_clinical_status(struct body_reader *r, const Restage__V1__ClinicalStatus *m,
                                        struct clinical_status *ret)
{
    if (m->ecog_presence_case == RESTAGE__V1__CLINICAL_STATUS__ECOG_PRESENCE_ECOG) {
        if (m->ecog > EVENT_ECOG_MAX)
            return body_refuse(r, "ecog", ERROR_IMPOSSIBLE_VALUE, "above 4");
        ret->ecog = (struct number){.given = true, .value = m->ecog};
    }
    ret->comorbidity = (enum comorbidity)m->comorbidity;
    ret->fitness = (enum fitness)m->fitness;
    ret->obstruction = (enum obstruction)m->obstruction;
    ret->bleeding = (enum bleeding)m->bleeding;
    ret->perforation = (enum perforation)m->perforation;
    return OK;
}

static enum status read_endoscopy(struct body_reader *r, const Restage__V1__Endoscopy *m,
                                  struct endoscopy *ret)
{
    ret->obstruction = (enum obstruction)m->obstruction;
    ret->primary_visible = (enum answer)m->primary_visible;
    ret->bleeding = (enum bleeding)m->bleeding;
    return read_distance(r, m->distance, &ret->distance);
}

static enum status read_surgery(struct body_reader *r, const Restage__V1__Surgery *m,
                                struct surgery *ret)
{
    ret->procedures = (const enum procedure *)m->procedures;
    ret->procedure_count = m->n_procedures;
    ret->state = (enum plan_state)m->state;
    ret->urgency = (enum urgency)m->urgency;
    return body_read_time(r, "planned_for", m->planned_for, /* may_be_future= */ true,
                          &ret->planned_for);
}

static void read_therapy(const Restage__V1__SystemicTherapy *m, struct systemic_therapy *ret)
{
    ret->action = (enum therapy_action)m->action;
    ret->regimen_text = m->regimen_text;
    ret->drugs = (const enum drug *)m->drugs;
    ret->drug_count = m->n_drugs;
    ret->line = m->line;
    ret->intent = (enum therapy_intent)m->intent;
    ret->stop_reason = (enum stop_reason)m->stop_reason;
}

static void read_board(const Restage__V1__Board *m, struct board *ret)
{
    ret->disciplines = (const enum discipline *)m->disciplines;
    ret->discipline_count = m->n_disciplines;
    ret->para_aortic_nodes = (enum node_status)m->para_aortic_nodes;
    ret->unresectable = (enum answer)m->unresectable;
    ret->response = (enum response)m->response;
    ret->rectum_by_sigmoid_take_off = (enum answer)m->rectum_by_sigmoid_take_off;
    ret->chemotherapy_first_overridden = (enum answer)m->chemotherapy_first_overridden;
    ret->reason_text = m->reason_text;
}

static enum status read_referral(struct body_reader *r, const Restage__V1__Referral *m,
                                 struct referral *ret)
{
    ret->stage = read_stage(m->stage);
    ret->topography = m->topography;
    ret->proposes = (const enum proposal *)m->proposes;
    ret->proposal_count = m->n_proposes;
    return read_nodes(r, m->nodes, m->n_nodes, &ret->nodes, &ret->node_count);
}

static enum status read_review_due(struct body_reader *r, const Restage__V1__ReviewDue *m,
                                   struct review_due *ret)
{
    if (m->due_at[0] == '\0')
        return body_refuse(r, "due_at", ERROR_MISSING_FIELD, "required");
    if (!instant_parse(m->due_at, strlen(m->due_at), &ret->due_at))
        return body_refuse(r, "due_at", ERROR_BAD_TIME, "not an RFC 3339 instant");
    return OK;
}

static enum status read_resolved(struct body_reader *r, const Restage__V1__DeadLetterResolved *m,
                                 struct dead_letter_resolved *ret)
{
    ret->dead_letter_id = m->dead_letter_id;
    ret->resolved_by_text = m->resolved_by_text;
    ret->reason_text = m->reason_text;
    if (m->dead_letter_id[0] == '\0')
        return body_refuse(r, "dead_letter_id", ERROR_MISSING_FIELD, "required");
    return OK;
}

enum status body_read(struct body_reader *r, const Restage__V1__ClinicalEvent *m, struct event *ret)
{
    switch (m->body_case) {
    case RESTAGE__V1__CLINICAL_EVENT__BODY_PATHOLOGY:
        return read_pathology(r, m->pathology, &ret->body.pathology);
    case RESTAGE__V1__CLINICAL_EVENT__BODY_MOLECULAR:
        read_molecular(m->molecular, &ret->body.molecular);
        return OK;
    case RESTAGE__V1__CLINICAL_EVENT__BODY_LABORATORY:
        return read_laboratory(r, m->laboratory, &ret->body.laboratory);
    case RESTAGE__V1__CLINICAL_EVENT__BODY_IMAGING:
        return read_imaging(r, m->imaging, &ret->body.imaging);
    case RESTAGE__V1__CLINICAL_EVENT__BODY_ENDOSCOPY:
        return read_endoscopy(r, m->endoscopy, &ret->body.endoscopy);
    case RESTAGE__V1__CLINICAL_EVENT__BODY_CLINICAL_STATUS:
        return read_clinical_status(r, m->clinical_status, &ret->body.clinical_status);
    case RESTAGE__V1__CLINICAL_EVENT__BODY_SYSTEMIC_THERAPY:
        read_therapy(m->systemic_therapy, &ret->body.systemic_therapy);
        return OK;
    case RESTAGE__V1__CLINICAL_EVENT__BODY_SURGERY:
        return read_surgery(r, m->surgery, &ret->body.surgery);
    case RESTAGE__V1__CLINICAL_EVENT__BODY_RADIOTHERAPY:
        ret->body.radiotherapy =
            (struct radiotherapy){.kind = (enum radiotherapy_kind)m->radiotherapy->kind,
                                  .state = (enum plan_state)m->radiotherapy->state};
        return OK;
    case RESTAGE__V1__CLINICAL_EVENT__BODY_BOARD:
        read_board(m->board, &ret->body.board);
        return OK;
    case RESTAGE__V1__CLINICAL_EVENT__BODY_REFERRAL:
        return read_referral(r, m->referral, &ret->body.referral);
    case RESTAGE__V1__CLINICAL_EVENT__BODY_CENTRE:
        ret->body.centre = (struct centre){
            .name = m->centre->name,
            .laparoscopic_palnd_experience = (enum answer)m->centre->laparoscopic_palnd_experience};
        return OK;
    case RESTAGE__V1__CLINICAL_EVENT__BODY_REVIEW_DUE:
        return read_review_due(r, m->review_due, &ret->body.review_due);
    case RESTAGE__V1__CLINICAL_EVENT__BODY_REEVALUATE:
        ret->body.reevaluate = (struct reevaluate){.reason_text = m->reevaluate->reason_text};
        return OK;
    case RESTAGE__V1__CLINICAL_EVENT__BODY_DEAD_LETTER_RESOLVED:
        return read_resolved(r, m->dead_letter_resolved, &ret->body.dead_letter_resolved);
    case RESTAGE__V1__CLINICAL_EVENT__BODY_DEATH:
    case RESTAGE__V1__CLINICAL_EVENT__BODY__NOT_SET:
    case _RESTAGE__V1__CLINICAL_EVENT__BODY__CASE_IS_INT_SIZE:
        return OK;
    }
    return OK; /* uncovered: the switch above is complete */
}
