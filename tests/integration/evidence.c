#include "evidence.h"

#include <string.h>

int place_compare(const struct place *a, const struct place *b)
{
    int order = strcmp(a->topic, b->topic);

    if (order != 0)
        return order;
    if (a->partition != b->partition)
        return a->partition < b->partition ? -1 : 1;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    return 0;
}

struct bytes record_header_value(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->header_count; i++) {
        if (strcmp(record->headers[i].name, name) == 0)
            return record->headers[i].value;
    }
    return (struct bytes){.at = NULL};
}
