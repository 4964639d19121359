/* Every field of the golden messages arrives where staging/ looks for it. */
#include "fixture_message.h"
#include "restage/v1/clinical_event.pb-c.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(FIXTURE_ARENA_SIZE);
}

static void tear_down(void)
{
    arena_free(arena);
}

static struct event golden(const char *name)
{
    struct err err = {.text = ""};
    struct event event;

    ck_assert_msg(fixture_decode(fixture_golden(name, arena), arena, &event, &err) == ERROR_NONE,
                  "%s", err.text);
    return event;
}

static void expect_stage(const struct stage_statement *stage)
{
    ck_assert_str_eq(stage->t, "pT3");
    ck_assert_str_eq(stage->n, "ypN1b");
    ck_assert_str_eq(stage->m, "cM1a");
    ck_assert_str_eq(stage->group, "IVA");
    ck_assert_uint_eq(stage->edition, 8);
}

static void expect_number(struct number number, uint32_t value)
{
    ck_assert(number.given);
    ck_assert_uint_eq(number.value, value);
}

static void expect_amount(struct amount amount, int64_t thousandths)
{
    ck_assert(amount.given);
    ck_assert_int_eq(amount.thousandths, thousandths);
}

START_TEST(pathology)
{
    struct event event = golden("pathology");
    const struct pathology *p = &event.body.pathology;

    ck_assert_int_eq((int)p->specimen, SPECIMEN_NODE_DISSECTION);
    ck_assert_str_eq(p->topography, "C20.9");
    ck_assert_int_eq((int)p->histology, HISTOLOGY_MUCINOUS_ADENOCARCINOMA);
    expect_stage(&p->stage);
    expect_number(p->regional_nodes.examined, 18);
    expect_number(p->regional_nodes.positive, 0);
    ck_assert_int_eq((int)p->tumour_deposits, ANSWER_NO);
    ck_assert_uint_eq(p->station_count, 2);
    ck_assert_int_eq((int)p->stations[0].station, STATION_PARA_AORTIC);
    ck_assert_str_eq(p->stations[0].station_text, "No. 216");
    ck_assert_int_eq((int)p->stations[0].result, NODE_RESULT_POSITIVE);
    expect_number(p->stations[0].tally.examined, 5);
    expect_number(p->stations[0].tally.positive, 2);
    ck_assert_int_eq((int)p->stations[1].result, NODE_RESULT_NEGATIVE);
    ck_assert(!p->stations[1].tally.examined.given);
    ck_assert_int_eq((int)p->residual_tumour, RESIDUAL_TUMOUR_R1);
    ck_assert_int_eq((int)p->other_site.organ, ORGAN_LIVER);
    ck_assert_int_eq((int)p->other_site.certainty, CERTAINTY_EQUIVOCAL);
}
END_TEST

START_TEST(molecular)
{
    struct event event = golden("molecular");
    const struct molecular *m = &event.body.molecular;

    ck_assert_int_eq((int)m->kras.status, GENE_STATUS_WILD_TYPE);
    ck_assert_int_eq((int)m->kras.tested, TESTED_RANGE_EXTENDED);
    ck_assert_int_eq((int)m->nras.status, GENE_STATUS_PENDING);
    ck_assert_int_eq((int)m->braf.status, GENE_STATUS_MUTATED);
    ck_assert_str_eq(m->braf.variant_text, "p.V600E");
    ck_assert_int_eq((int)m->braf.braf_v600e, ANSWER_YES);
    ck_assert_int_eq((int)m->braf.tested, TESTED_RANGE_OTHER);
    ck_assert_int_eq((int)m->microsatellite, MICROSATELLITE_STATUS_HIGH);
    ck_assert_int_eq((int)m->her2, HER2_STATUS_EQUIVOCAL);
    ck_assert_int_eq((int)m->dpyd, DPYD_STATUS_PARTIAL_DEFICIENCY);
    ck_assert_int_eq((int)m->ugt1a1, UGT1A1_STATUS_POOR);
}
END_TEST

START_TEST(laboratory_and_endoscopy)
{
    struct event event = golden("laboratory");
    struct event seen = golden("endoscopy");
    const struct laboratory *l = &event.body.laboratory;
    const struct endoscopy *e = &seen.body.endoscopy;

    ck_assert_int_eq((int)l->analyte, ANALYTE_CEA);
    expect_amount(l->value, 4996);
    ck_assert_int_eq((int)l->comparator, COMPARATOR_LESS_OR_EQUAL);
    ck_assert_str_eq(l->unit, "ng/mL");
    expect_amount(l->upper_limit, 3400);
    expect_amount(e->distance.cm, 500);
    ck_assert_int_eq((int)e->distance.method, DISTANCE_METHOD_RIGID);
    ck_assert_int_eq((int)e->obstruction, OBSTRUCTION_PARTIAL);
    ck_assert_int_eq((int)e->primary_visible, ANSWER_YES);
    ck_assert_int_eq((int)e->bleeding, BLEEDING_MINOR);
}
END_TEST

static void expect_first_node(const struct node_finding *n)
{
    ck_assert_int_eq((int)n->station, STATION_PARA_AORTIC);
    ck_assert_str_eq(n->station_text, "left of the aorta, \"infrarenal\"\\");
    ck_assert_int_eq((int)n->statement, NODE_STATUS_METASTATIC);
    expect_number(n->count.min, 2);
    ck_assert(!n->count.max.given);
    expect_amount(n->short_axis_mm, 14100);
    ck_assert_int_eq((int)n->heterogeneous, ANSWER_YES);
    ck_assert_int_eq((int)n->irregular_border, ANSWER_NO);
    ck_assert_int_eq((int)n->necrosis, ANSWER_YES);
    ck_assert_int_eq((int)n->fdg_uptake, ANSWER_NO);
}

START_TEST(imaging_nodes_and_lesions)
{
    struct event event = golden("imaging");
    const struct imaging *i = &event.body.imaging;

    ck_assert_uint_eq(i->node_count, 3);
    expect_first_node(&i->nodes[0]);
    expect_number(i->nodes[1].count.min, 0);
    expect_number(i->nodes[1].count.max, 0);
    ck_assert(!i->nodes[1].short_axis_mm.given);
    ck_assert(!i->nodes[2].count.min.given);
    expect_number(i->nodes[2].count.max, 3);
    ck_assert_uint_eq(i->lesion_count, 2);
    ck_assert_str_eq(i->lesions[0].lesion_id, "L1");
    ck_assert_int_eq((int)i->lesions[0].organ, ORGAN_LYMPH_NODE);
    ck_assert_int_eq((int)i->lesions[0].station, STATION_PARA_AORTIC);
    ck_assert_int_eq((int)i->lesions[0].role, LESION_ROLE_TARGET);
    expect_amount(i->lesions[0].diameter_mm, 15000);
    ck_assert_int_eq((int)i->lesions[0].state, LESION_STATE_MEASURED);
    ck_assert_int_eq((int)i->lesions[0].is_new, ANSWER_NO);
    ck_assert_int_eq((int)i->lesions[0].certainty, CERTAINTY_DEFINITE);
    ck_assert_int_eq((int)i->lesions[1].state, LESION_STATE_TOO_SMALL);
    ck_assert(!i->lesions[1].diameter_mm.given);
    ck_assert_int_eq((int)i->lesions[1].is_new, ANSWER_YES);
    ck_assert_int_eq((int)i->lesions[1].certainty, CERTAINTY_ABSENT);
}
END_TEST

START_TEST(imaging_as_a_whole)
{
    struct event event = golden("imaging");
    const struct imaging *i = &event.body.imaging;

    ck_assert_int_eq((int)i->modality, MODALITY_PET_CT);
    ck_assert_uint_eq(i->region_count, 3);
    ck_assert_int_eq((int)i->regions[0], REGION_CHEST);
    ck_assert_int_eq((int)i->regions[2], REGION_PELVIS);
    ck_assert_int_eq((int)i->contrast, ANSWER_YES);
    ck_assert_int_eq((int)i->diagnostic_ct, ANSWER_NO);
    ck_assert_uint_eq(i->other_site_count, 2);
    ck_assert_int_eq((int)i->other_sites[0].organ, ORGAN_LUNG);
    ck_assert_int_eq((int)i->other_sites[0].certainty, CERTAINTY_ABSENT);
    ck_assert_int_eq((int)i->other_sites[1].organ, ORGAN_OTHER);
    expect_stage(&i->stage);
    expect_amount(i->distance.cm, 12001);
    ck_assert_int_eq((int)i->distance.method, DISTANCE_METHOD_MRI);
    ck_assert_int_eq((int)i->reflection, REFLECTION_AT);
    ck_assert_int_eq((int)i->stated_response, RESPONSE_NON_CR_NON_PD);
    ck_assert_int_eq((int)i->perforation, PERFORATION_RISK);
    ck_assert_int_eq((int)i->obstruction, OBSTRUCTION_COMPLETE);
    ck_assert_int_eq((int)i->mesorectal_fascia_threatened, ANSWER_YES);
}
END_TEST

START_TEST(clinical_status)
{
    struct event event = golden("clinical_status");
    const struct clinical_status *c = &event.body.clinical_status;

    expect_number(c->ecog, 0);
    ck_assert_int_eq((int)c->comorbidity, COMORBIDITY_RELEVANT);
    ck_assert_int_eq((int)c->fitness, FITNESS_UNFIT);
    ck_assert_int_eq((int)c->obstruction, OBSTRUCTION_NONE);
    ck_assert_int_eq((int)c->bleeding, BLEEDING_MAJOR);
    ck_assert_int_eq((int)c->perforation, PERFORATION_ACTUAL);
}
END_TEST

START_TEST(treatment)
{
    struct event drugs = golden("systemic_therapy");
    struct event knife = golden("surgery");
    struct event rays = golden("radiotherapy");
    const struct systemic_therapy *t = &drugs.body.systemic_therapy;
    const struct surgery *s = &knife.body.surgery;

    ck_assert_int_eq((int)t->action, THERAPY_ACTION_STOP);
    ck_assert_str_eq(t->regimen_text, "FOLFOXIRI");
    ck_assert_uint_eq(t->drug_count, 4);
    ck_assert_int_eq((int)t->drugs[0], DRUG_FLUOROURACIL);
    ck_assert_int_eq((int)t->drugs[3], DRUG_OTHER);
    ck_assert_uint_eq(t->line, 2);
    ck_assert_int_eq((int)t->intent, THERAPY_INTENT_PALLIATIVE);
    ck_assert_int_eq((int)t->stop_reason, STOP_REASON_PATIENT_WISH);
    ck_assert_uint_eq(s->procedure_count, 2);
    ck_assert_int_eq((int)s->procedures[1], PROCEDURE_PALND);
    ck_assert_int_eq((int)s->state, PLAN_STATE_PLANNED);
    ck_assert_int_eq((int)s->urgency, URGENCY_ELECTIVE);
    ck_assert_str_eq(s->planned_for.text, "2027-01");
    ck_assert_int_eq((int)s->planned_for.time.precision, (int)PRECISION_MONTH);
    ck_assert_int_eq((int)rays.body.radiotherapy.kind, RADIOTHERAPY_KIND_STEREOTACTIC);
    ck_assert_int_eq((int)rays.body.radiotherapy.state, PLAN_STATE_CANCELLED);
}
END_TEST

START_TEST(board_and_referral)
{
    struct event met = golden("board");
    struct event sent = golden("referral");
    const struct board *b = &met.body.board;
    const struct referral *r = &sent.body.referral;

    ck_assert_uint_eq(b->discipline_count, 6);
    ck_assert_int_eq((int)b->disciplines[5], DISCIPLINE_OTHER);
    ck_assert_int_eq((int)b->para_aortic_nodes, NODE_STATUS_SUSPICIOUS);
    ck_assert_int_eq((int)b->unresectable, ANSWER_NO);
    ck_assert_int_eq((int)b->response, RESPONSE_NE);
    ck_assert_int_eq((int)b->rectum_by_sigmoid_take_off, ANSWER_YES);
    ck_assert_int_eq((int)b->chemotherapy_first_overridden, ANSWER_YES);
    ck_assert_str_eq(b->reason_text, "bleeding\nsecond line\tand a tab");
    ck_assert_uint_eq(r->node_count, 1);
    expect_first_node(&r->nodes[0]);
    expect_stage(&r->stage);
    ck_assert_str_eq(r->topography, "C20");
    ck_assert_uint_eq(r->proposal_count, 2);
    ck_assert_int_eq((int)r->proposes[1], PROPOSAL_RESECTION);
}
END_TEST

START_TEST(the_rest)
{
    struct event centre = golden("centre");
    struct event due = golden("review_due");
    struct event again = golden("reevaluate");
    struct event resolved = golden("dead_letter_resolved");
    int64_t due_at = 0;

    ck_assert_str_eq(centre.body.centre.name, "Centre");
    ck_assert_int_eq((int)centre.body.centre.laparoscopic_palnd_experience, ANSWER_YES);
    ck_assert(instant_parse("2026-08-01T00:00:00Z", 20, &due_at));
    ck_assert_int_eq(due.body.review_due.due_at, due_at);
    ck_assert_str_eq(again.body.reevaluate.reason_text, "new rulebook");
    ck_assert_str_eq(resolved.body.dead_letter_resolved.dead_letter_id,
                     "11111111-2222-5333-8444-555555555555");
    ck_assert_str_eq(resolved.body.dead_letter_resolved.resolved_by_text, "on call");
    ck_assert_str_eq(resolved.body.dead_letter_resolved.reason_text, "sent again by hand");
}
END_TEST

/* ---- The enums of staging/ are those of the contract ----------------------------------------- */

static char codes[1u << 16]; /* src/staging/codes.h */

static size_t expect_enum(const ProtobufCEnumDescriptor *e)
{
    for (unsigned i = 0; i < e->n_values; i++) {
        const char *name = e->values[i].name;
        char line[128];

        /* The one enum whose name differs. */
        if (strncmp(name, "NODE_STATEMENT_", 15) == 0)
            (void)snprintf(line, sizeof(line), " NODE_STATUS_%s = %d,", name + 15,
                           e->values[i].value);
        else
            (void)snprintf(line, sizeof(line), " %s = %d,", name, e->values[i].value);
        ck_assert_msg(strstr(codes, line) != NULL, "codes.h lacks%s", line);
    }
    return e->n_values;
}

static size_t expect_enums(const ProtobufCMessageDescriptor *message)
{
    size_t count = 0;

    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];

        if (field->type == PROTOBUF_C_TYPE_MESSAGE)
            count += expect_enums(field->descriptor);
        else if (field->type == PROTOBUF_C_TYPE_ENUM)
            count += expect_enum(field->descriptor);
    }
    return count;
}

START_TEST(enums_have_the_numbers_of_the_contract)
{
    FILE *file = fopen(RESTAGE_SOURCE_DIR "/src/staging/codes.h", "rb");
    size_t size;

    ck_assert_ptr_nonnull(file);
    size = fread(codes, 1, sizeof(codes) - 1, file);
    (void)fclose(file);
    codes[size] = '\0';
    ck_assert_uint_gt(expect_enums(&restage__v1__clinical_event__descriptor), 200);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event values");
    TCase *tc = tcase_create("every body");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, pathology);
    tcase_add_test(tc, molecular);
    tcase_add_test(tc, laboratory_and_endoscopy);
    tcase_add_test(tc, imaging_nodes_and_lesions);
    tcase_add_test(tc, imaging_as_a_whole);
    tcase_add_test(tc, clinical_status);
    tcase_add_test(tc, treatment);
    tcase_add_test(tc, board_and_referral);
    tcase_add_test(tc, the_rest);
    tcase_add_test(tc, enums_have_the_numbers_of_the_contract);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
