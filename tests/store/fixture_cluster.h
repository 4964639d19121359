#ifndef TESTS_STORE_FIXTURE_CLUSTER_H
#define TESTS_STORE_FIXTURE_CLUSTER_H

/*
 * A throw-away PostgreSQL cluster for one test program, and a fresh database for each test.
 *
 * The cluster lives in a temporary directory, listens on a Unix socket there, and goes away with
 * the program, however that ends.  Failures end the program: without a server nothing can be said.
 */
#include <libpq-fe.h>

/* Start the cluster; the program's main calls it before any test, and the other one after all. */
void cluster_start(void);
void cluster_stop(void);

/* An empty database, and one with the schema; both return a conninfo that lasts until the next. */
const char *cluster_empty_database(void);
const char *cluster_database(void);

/* Run commands as superuser on ${conninfo}; the first column of the first row, "" without one. */
const char *cluster_run(const char *conninfo, const char *commands);

#endif
