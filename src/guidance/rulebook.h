#ifndef GUIDANCE_RULEBOOK_H
#define GUIDANCE_RULEBOOK_H

/* Rulebook: all tables together: checked, printed as sentences, and named by their hash. */
#include "base/digest.h"
#include "base/err.h"
#include "base/text.h"
#include "guidance/policy.h"

#define RULEBOOK_TEXT_SIZE_MAX 65536 /* bytes that the printed rulebook takes */
#define RULEBOOK_SENTENCE_SIZE 2048

/* The version of the rules, independent of the program's. */
extern const char rulebook_version[];

/* FATAL when a table contradicts itself: codes twice, no citation, no condition. */
enum status rulebook_check(struct err *err) __attribute__((warn_unused_result));

/* One rule as an English sentence with its citation, without a line end. */
void rulebook_sentence(size_t rule, struct text_builder *b);

/* The whole rulebook as text. */
void rulebook_print(const struct policy *policy, struct text_builder *b);

/* SHA-256 over the printed rulebook with its policy, and the sources that judge. */
void rulebook_hash(const struct policy *policy, char ret_hex[SHA256_HEX_SIZE]);

#endif
