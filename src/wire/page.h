#ifndef WIRE_PAGE_H
#define WIRE_PAGE_H

/* Page: readable text in lines of at most 100 columns, wrapped at words. */
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page {
    struct text_builder b;
    size_t column; /* of the next character */
    size_t indent; /* of the lines that follow in the same paragraph */
    bool space;    /* a space stands between what was said and what comes */
    size_t word;   /* where in b.text the last word begins, behind a space; 0: on a line's start */
};

/* Begin a paragraph at column ${indent}; its other lines stand two further, or at `indent`. */
void page_begin(struct page *p, size_t indent);
void page_end_line(struct page *p);

/* A line of its own after an empty one. */
void page_heading(struct page *p, const char *text);

/* Append ${text} word by word; a word that does not fit begins a line. */
void page_say(struct page *p, const char *text);
void page_say_number(struct page *p, int64_t number);

/* Append ${label} as it stands, spaces included. */
void page_label(struct page *p, const char *label);

#endif
