#include "base/text.h"

#include <assert.h>
#include <string.h>

struct text_builder text_builder_over(char *memory, size_t size)
{
    assert(size > 0);
    memory[0] = '\0';
    return (struct text_builder){.text = memory, .size = size};
}

void text_add_bytes(struct text_builder *b, const char *bytes, size_t size)
{
    size_t room = b->size - 1 - b->used;

    if (b->cut)
        return;
    if (size > room) {
        size = room;
        while (size > 0 && ((unsigned char)bytes[size] & 0xc0) == 0x80)
            size--; /* do not leave half a character */
        b->cut = true;
    }
    if (size > 0)
        memcpy(b->text + b->used, bytes, size);
    b->used += size;
    b->text[b->used] = '\0';
}

void text_add(struct text_builder *b, const char *text)
{
    text_add_bytes(b, text, strlen(text));
}

void text_add_number(struct text_builder *b, int64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        text_add(b, "-");
    text_add_bytes(b, digits + at, sizeof(digits) - at);
}

void text_add_thousandths(struct text_builder *b, int64_t thousandths)
{
    uint64_t size = thousandths < 0 ? 0 - (uint64_t)thousandths : (uint64_t)thousandths;
    uint64_t fraction = size % 1000;
    char digits[4] = {'.', (char)('0' + fraction / 100), (char)('0' + fraction / 10 % 10),
                      (char)('0' + fraction % 10)};
    size_t count = sizeof(digits);

    if (thousandths < 0)
        text_add(b, "-");
    text_add_number(b, (int64_t)(size / 1000));
    if (fraction == 0)
        return;
    while (digits[count - 1] == '0')
        count--;
    text_add_bytes(b, digits, count);
}

/* Bytes of the character that begins at ${s}, 0 when it is not well-formed. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
    size_t length = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

    if (s[0] > 0xf4 || length == 0 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return length;
}

bool text_is_utf8(const char *bytes, size_t size)
{
    const unsigned char *s = (const unsigned char *)bytes;

    for (size_t i = 0; i < size;) {
        size_t length = utf8_length(s + i, size - i);

        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

bool text_has_control(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
            return true;
    return false;
}

bool text_parse_decimal(const char *text, size_t size, int64_t *ret_thousandths)
{
    int64_t whole = 0;
    int64_t fraction = 0;
    int64_t weight = 100;
    size_t i = 0;

    for (; i < size && text[i] >= '0' && text[i] <= '9'; i++)
        whole = i < 9 ? whole * 10 + (text[i] - '0') : -1;
    if (i == 0 || i > 9)
        return false;
    if (i < size) {
        size_t first = i + 1;

        if (text[i] != '.' || first == size || size - first > 3)
            return false;
        for (i = first; i < size; i++, weight /= 10) {
            if (text[i] < '0' || text[i] > '9')
                return false;
            fraction += (text[i] - '0') * weight;
        }
    }
    *ret_thousandths = whole * 1000 + fraction;
    return true;
}
