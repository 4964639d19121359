#include "cli/commands.h"

#include "worker/crash_point.h"

#include <stdio.h>
#include <sysexits.h>

int cmd_crash_points(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (int point = 0; point < CRASH_POINT_COUNT; point++)
        (void)puts(crash_point_name((enum crash_point)point));
    return EX_OK;
}
