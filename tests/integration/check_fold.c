#include "verdict.h"

void check_fold(const struct evidence *e, struct arena *arena, struct verdict *v)
{
    (void)e;
    (void)arena;
    (void)v;
}
