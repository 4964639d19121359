#include "fixture_blank.h"

#include <string.h>

static void set_texts(struct event *e)
{
    const struct stage_statement nothing = {.t = "", .n = "", .m = "", .group = ""};

    if (e->kind == BODY_PATHOLOGY) {
        e->body.pathology.topography = "";
        e->body.pathology.stage = nothing;
    } else if (e->kind == BODY_IMAGING) {
        e->body.imaging.stage = nothing;
    } else if (e->kind == BODY_REFERRAL) {
        e->body.referral.topography = "";
        e->body.referral.stage = nothing;
    } else if (e->kind == BODY_LABORATORY) {
        e->body.laboratory.unit = "";
    } else if (e->kind == BODY_SYSTEMIC_THERAPY) {
        e->body.systemic_therapy.regimen_text = "";
    } else if (e->kind == BODY_BOARD) {
        e->body.board.reason_text = "";
    } else if (e->kind == BODY_SURGERY) {
        e->body.surgery.planned_for.text = "";
    } else if (e->kind == BODY_CENTRE) {
        e->body.centre.name = "";
    } else if (e->kind == BODY_REEVALUATE) {
        e->body.reevaluate.reason_text = "";
    } else if (e->kind == BODY_MOLECULAR) {
        e->body.molecular.kras.variant_text = "";
        e->body.molecular.nras.variant_text = "";
        e->body.molecular.braf.variant_text = "";
    }
}

void blank_event(struct event *e, enum body_kind kind)
{
    memset(e, 0, sizeof(*e));
    e->kind = kind;
    e->source_system = "";
    e->effective_at.text = "";
    e->issued_at.text = "";
    set_texts(e);
}

void blank_number(struct event *e, uint32_t number)
{
    memset(&e->event_id, 0, sizeof(e->event_id));
    for (size_t i = 0; i < 4; i++)
        e->event_id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    sha256(e->event_id.bytes, sizeof(e->event_id.bytes), e->content_hash);
}
