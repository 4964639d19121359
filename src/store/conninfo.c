#include "store/conninfo.h"

#include <libpq-fe.h>

enum status store_conninfo_check(const char *conninfo, struct err *err)
{
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);

    if (options == NULL)
        return err_set(err, REJECT,
                       "neither key=value pairs that libpq knows nor a postgresql:// URI");
    PQconninfoFree(options);
    return OK;
}
