#include "worker/batch_size.h"

#define FIRST_RECORDS_MAX 64
#define BURST_SHARE (BATCH_MEMORY_MAX / BATCH_MEMORY_AIM)

static void set(struct batch_size *size, size_t records)
{
    size->records = records < size->records_max ? records : size->records_max;
    if (size->records == 0)
        size->records = 1;
}

struct batch_size batch_size_begin(size_t records_max)
{
    struct batch_size size = {.records_max = records_max};

    set(&size, FIRST_RECORDS_MAX);
    return size;
}

void batch_size_fitted(struct batch_size *size, size_t count, size_t used)
{
    size_t fitting = count * BATCH_MEMORY_AIM / (used + 1);

    if (fitting < count)
        set(size, fitting);
    else if (count >= size->records) /* as large as it might be */
        set(size, fitting < 2 * count ? fitting : 2 * count);
}

void batch_size_burst(struct batch_size *size, size_t count)
{
    set(size, count / BURST_SHARE);
}
