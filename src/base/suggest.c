#include "base/suggest.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: three rows of the usual table are enough. */
static size_t distance(const char *a, const char *b)
{
    size_t table[3][SUGGEST_WORD_SIZE_MAX + 1];
    size_t b_size = strlen(b);
    size_t i = 0;

    for (size_t j = 0; j <= b_size; j++)
        table[0][j] = j;
    for (; a[i] != '\0'; i++) {
        const size_t *above = table[i % 3];
        size_t *row = table[(i + 1) % 3];

        row[0] = i + 1;
        for (size_t j = 0; j < b_size; j++) {
            size_t replaced = above[j] + (a[i] == b[j] ? 0 : 1);

            row[j + 1] = least(least(above[j + 1] + 1, row[j] + 1), replaced);
            if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
                row[j + 1] = least(row[j + 1], table[(i + 2) % 3][j - 1] + 1);
        }
    }
    return table[i % 3][b_size];
}

const char *suggest(const char *word, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t nearest_distance = 0;

    if (strlen(word) > SUGGEST_WORD_SIZE_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(words[i]);
        size_t d;

        if (size > SUGGEST_WORD_SIZE_MAX)
            continue;
        d = distance(word, words[i]);
        if (d <= (size < 6 ? 1 : size / 3) && (nearest == NULL || d < nearest_distance)) {
            nearest = words[i];
            nearest_distance = d;
        }
    }
    return nearest;
}
