#include "staging/fact.h"

static const char *const input_names[] = {
    [INPUT_PRIMARY_SITE] = "primary_site",
    [INPUT_HISTOLOGY] = "histology",
    [INPUT_PALN_STATUS] = "paln_status",
    [INPUT_PALN_HISTOLOGY] = "paln_histology",
    [INPUT_PALN_COUNT] = "paln_count",
    [INPUT_PALN_TIMING] = "paln_timing",
    [INPUT_DISTANCE_CM] = "distance_cm",
    [INPUT_PERITONEAL_REFLECTION] = "peritoneal_reflection",
    [INPUT_CT_CHEST] = "ct_chest",
    [INPUT_CT_ABDOMEN] = "ct_abdomen",
    [INPUT_CT_PELVIS] = "ct_pelvis",
    [INPUT_CEA_PREOP] = "cea_preop",
    [INPUT_KRAS] = "kras",
    [INPUT_NRAS] = "nras",
    [INPUT_BRAF] = "braf",
    [INPUT_MSI_MMR] = "msi_mmr",
    [INPUT_DPYD] = "dpyd",
    [INPUT_ECOG] = "ecog",
    [INPUT_COMORBIDITY] = "comorbidity",
    [INPUT_PRIMARY_SYMPTOMS] = "primary_symptoms",
    [INPUT_RESPONSE_ASSESSMENT] = "response_assessment",
    [INPUT_CENTRE_EXPERIENCE] = "centre_experience",
    [INPUT_MDT_RECORD] = "mdt_record",
    [INPUT_EXTENT] = "extent",
    [INPUT_R_STATUS] = "r_status",
};

_Static_assert(sizeof(input_names) / sizeof(input_names[0]) == INPUT_COUNT, "every input is named");

const char *input_name(enum input input)
{
    return input_names[input];
}

void basis_add(struct basis *basis, const struct event *event)
{
    if (event == NULL || basis->count == BASIS_EVENTS_MAX)
        return;
    for (size_t i = 0; i < basis->count; i++)
        if (basis->events[i] == event)
            return;
    basis->events[basis->count++] = event;
}
