#ifndef STORE_CONNINFO_H
#define STORE_CONNINFO_H

/* Conninfo: whether libpq understands a connection string, without connecting. */
#include "base/err.h"

/* REJECT when it does not; libpq's own words are not repeated, since they quote the string. */
enum status store_conninfo_check(const char *conninfo, struct err *err)
    __attribute__((warn_unused_result));

#endif
