#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * Errors: an error is an instruction to the caller.
 *
 * A worker can do four things with what it is given, so a function that can fail answers one of
 * four.  The words travel in one out-parameter, always last; it is untouched on success.  Nothing
 * is allocated, nothing is logged here: context is added on the way up, and worker/ or cli/ print
 * once.
 *
 * Texts read "what: why", lower case, without a full stop; they carry field names, limits, offsets
 * and codes, never a patient's data.
 */
enum status {
    OK = 0,
    RETRY,  /* the world may heal: back off, then the same again */
    REJECT, /* this input can never succeed: bury it, hold its patient, go on */
    FATAL,  /* we are not fit to run: stop before doing harm */
};

struct err {
    enum status status;
    char text[400]; /* NUL-terminated; cut, never overrun */
};

/* Set ${err} to ${status} and the printf-like text; return ${status}. */
enum status err_set(struct err *err, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "context: " before the text that ${err} holds, and return its status. */
enum status err_add(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "ok", "retry", "reject" or "fatal". */
const char *status_name(enum status status);

#endif
