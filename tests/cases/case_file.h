#ifndef CASE_FILE_H
#define CASE_FILE_H

/*
 * Case files: what the clinician reads and writes; README.md says how.
 *
 * phrases.txt gives each phrase its JSON.  A case is a sentence, a list of dated events written in
 * phrases, and what the guidance must say at the end.  Everything read lives until cases_free.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define CASE_LINES_MAX 64   /* of one kind in one case */
#define CASE_EVENTS_MAX 128 /* with those of the cases it goes on from */

struct case_line {
    const char *text;
    size_t number; /* in its file */
};

struct clinical_case {
    const char *name;
    const char *file;
    size_t number;                    /* line of its file */
    const struct clinical_case *base; /* the case it goes on from; NULL: none */
    const char *as_of;                /* "2026-03-10"; NULL: the day of the last event */
    struct case_line events[CASE_LINES_MAX];
    size_t event_count;
    struct case_line expectations[CASE_LINES_MAX];
    size_t expectation_count;
};

struct cases;

/* Read phrases.txt, gaps.txt and all *.cases of ${folder}; says what is wrong and ends if any is.
 */
struct cases *cases_read(const char *folder);
void cases_free(struct cases *cases);

size_t cases_count(const struct cases *cases);
const struct clinical_case *cases_get(const struct cases *cases, size_t i);

/* The reason why ${code} never has ${status}, from gaps.txt; NULL: there is none. */
const char *cases_gap(const struct cases *cases, const char *code, const char *status);

/*
 * One event of a case, "2026-03-01 phrase; phrase", as the JSON object of a ClinicalEvent without
 * id; the phrases' objects are merged.  Ends the program, naming the line, when no phrase fits.
 */
json_t *cases_event(const struct cases *cases, const struct clinical_case *c,
                    const struct case_line *line);

/* The next word of ${*at} into ${word}; false at the end. */
bool case_word(const char **at, char *word, size_t size);

#endif
