#include "base/version.h"

const char *restage_version(void)
{
    return RESTAGE_VERSION;
}
