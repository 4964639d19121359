#include "orders.h"

struct orders orders;

enum status order_status(enum status *order, struct err *err)
{
    enum status status = *order;

    *order = OK;
    return status == OK ? OK : err_set(err, status, "as ordered");
}

enum sink_answer order_answer(enum sink_answer *order, struct err *err)
{
    enum sink_answer answer = *order;

    *order = SINK_DONE;
    if (answer != SINK_DONE)
        (void)err_set(err, answer == SINK_FATAL ? FATAL : RETRY, "as ordered");
    return answer;
}
