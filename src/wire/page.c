#include "wire/page.h"

#include <string.h>

#define COLUMNS 100
#define INDENT_MORE 2 /* of the second and later lines */
#define WORD_MAX 256  /* bytes; a longer one stays where it is */

static void spaces(struct page *p, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_add(&p->b, " ");
    p->column += count;
}

void page_end_line(struct page *p)
{
    text_add(&p->b, "\n");
    p->column = 0;
    p->space = false;
    p->word = 0;
}

void page_begin(struct page *p, size_t indent)
{
    p->indent = indent + INDENT_MORE;
    spaces(p, indent);
}

/* Characters, not bytes: continuation bytes of UTF-8 take no column. */
static size_t width(const char *text, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            count++;
    return count;
}

/* The word at the end of the line has grown too long for it: it begins the next one. */
static void move_word_down(struct page *p)
{
    char word[WORD_MAX];
    size_t size = p->b.used - p->word;

    if (p->word == 0 || size > sizeof(word) || p->b.cut)
        return;
    memcpy(word, p->b.text + p->word, size);
    p->b.used = p->word - 1; /* the space before it goes */
    page_end_line(p);
    spaces(p, p->indent);
    text_add_bytes(&p->b, word, size);
    p->column += width(word, size);
}

/* Go to where a piece of ${columns} stands: behind a space, or glued to the word before. */
static void make_room(struct page *p, size_t columns)
{
    bool fits = p->column + (p->space ? 1 : 0) + columns <= COLUMNS;

    if (!p->space) {
        if (!fits)
            move_word_down(p);
        return;
    }
    if (p->column > p->indent && !fits) {
        page_end_line(p);
        spaces(p, p->indent);
    } else {
        spaces(p, 1);
        p->word = p->b.used;
    }
    p->space = false;
}

void page_say(struct page *p, const char *text)
{
    while (*text != '\0') {
        size_t size = strcspn(text, " \n\t");

        if (size > 0) {
            make_room(p, width(text, size));
            text_add_bytes(&p->b, text, size);
            p->column += width(text, size);
        }
        text += size;
        if (*text != '\0') {
            p->space = true;
            text++;
        }
    }
}

void page_say_number(struct page *p, int64_t number)
{
    char memory[24];
    struct text_builder b = text_builder_over(memory, sizeof(memory));

    text_add_number(&b, number);
    page_say(p, memory);
}

void page_heading(struct page *p, const char *text)
{
    page_end_line(p);
    page_say(p, text);
    page_end_line(p);
}

void page_label(struct page *p, const char *label)
{
    text_add(&p->b, label);
    p->column += strlen(label);
}
