#ifndef HTTP_PROCESS_H
#define HTTP_PROCESS_H

/* Process: what the kernel knows of this process, for the metrics every exporter has. */
#include <stdint.h>

/* A figure that cannot be read is -1. */
struct process_figures {
    int64_t cpu_us;        /* user and system together */
    int64_t start_time_ms; /* since 1970 */
    int64_t open_fds;
    int64_t max_fds;
    int64_t virtual_memory_size;  /* bytes */
    int64_t resident_memory_size; /* bytes */
};

struct process_figures process_figures(void);

#endif
