#ifndef STAGING_TNM_H
#define STAGING_TNM_H

/*
 * TNM, 8th edition, colon and rectum: categories as sets of what is still possible, and the stage
 * group that they leave.  "N1" without letter is all of N1a, N1b and N1c, never one of them.
 */
#include <stdint.h>

enum {
    TNM_TIS = 1 << 0,
    TNM_T1 = 1 << 1,
    TNM_T2 = 1 << 2,
    TNM_T3 = 1 << 3,
    TNM_T4A = 1 << 4,
    TNM_T4B = 1 << 5,
    TNM_T_ALL = (1 << 6) - 1,
};

enum {
    TNM_N0 = 1 << 0,
    TNM_N1A = 1 << 1,
    TNM_N1B = 1 << 2,
    TNM_N1C = 1 << 3,
    TNM_N2A = 1 << 4,
    TNM_N2B = 1 << 5,
    TNM_N_ALL = (1 << 6) - 1,
};

/* The set of a text as reported ("pT3", "ypN1"); everything for TX, NX and what cannot be read. */
uint32_t tnm_read_t(const char *text);
uint32_t tnm_read_n(const char *text);

/*
 * The group with M0: "IIIB" when every possibility leads there, "III" or "II" when the letter would
 * decide, "" when even that is open.
 */
const char *tnm_group(uint32_t t, uint32_t n);

#endif
