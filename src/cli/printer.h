#ifndef CLI_PRINTER_H
#define CLI_PRINTER_H

/* Printer: recommendations on standard output, as JSON lines or as readable text. */
#include "base/bytes.h"
#include "base/err.h"
#include "cli/evaluation.h"

#include <stdbool.h>

struct printer;

/*
 * A printer for ${command}, which reads ${path} ("-": standard input); both for the words of its
 * errors, and both must outlive it.  With ${keep_last} only the last recommendation of each subject
 * is printed, by printer_finish, in the order in which they came.
 */
enum status printer_new(const char *command, const char *path, bool pretty, bool keep_last,
                        struct printer **ret, struct err *err) __attribute__((warn_unused_result));
void printer_free(struct printer *printer); /* NULL is fine */

/* Where an evaluation puts what it finds. */
struct evaluation_sink printer_sink(struct printer *printer);

/* Print one encoded recommendation.  FATAL when it cannot be read or written. */
enum status printer_print(struct printer *printer, struct bytes recommendation, struct err *err)
    __attribute__((warn_unused_result));

/* Print what was kept and flush. */
enum status printer_finish(struct printer *printer, struct err *err)
    __attribute__((warn_unused_result));

#endif
