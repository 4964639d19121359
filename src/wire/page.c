#include "wire/page.h"

#include <string.h>

#define COLUMNS 100
#define INDENT_MORE 2 /* of the second and later lines */

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

/* Go to where the next word of ${size} characters stands; lines break at spaces only. */
static void make_room(struct page *p, size_t size)
{
    if (p->space && p->column > p->indent && p->column + 1 + size > COLUMNS) {
        page_end_line(p);
        spaces(p, p->indent);
    } else if (p->space) {
        spaces(p, 1);
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
