#ifndef GUIDANCE_RULEBOOK_H
#define GUIDANCE_RULEBOOK_H

/* Rulebook: all tables together: checked, printed as sentences, and named by their hash. */
#include "base/digest.h"
#include "base/err.h"
#include "base/text.h"
#include "guidance/policy.h"
#include "guidance/rule.h"

#define RULEBOOK_TEXT_SIZE_MAX 65536 /* bytes that the printed rulebook takes */
#define RULEBOOK_SENTENCE_SIZE 2048

/* The version of the rules, independent of the program's. */
extern const char rulebook_version[];

/* FATAL when the rules contradict themselves: codes twice, no citation, no condition. */
enum status rulebook_check(struct err *err) __attribute__((warn_unused_result));

/* The same for ${count} rules of any table. */
enum status rulebook_check_rules(const struct rule *rows, size_t count, struct err *err)
    __attribute__((warn_unused_result));

/* One rule as an English sentence with its citation, without a line end. */
void rulebook_sentence(size_t rule, struct text_builder *b);

/* The whole rulebook as text. */
void rulebook_print(const struct policy *policy, struct text_builder *b);

/*
 * Set ${policy}'s rulebook_hash: SHA-256 over the printed rulebook with its policy, and the sources
 * that judge.  Once, after the last policy_set and before anything is judged.
 */
void rulebook_seal(struct policy *policy);

#endif
