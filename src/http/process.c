#include "http/process.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define STAT_SIZE_MAX 2048

static int64_t count_open_fds(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int64_t count = 0;

    if (directory == NULL)
        return -1;
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        if (entry->d_name[0] != '.')
            count++;
    (void)closedir(directory);
    return count - 1; /* without the one that we read by */
}

static int64_t limit_of_fds(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return -1;
    return (int64_t)limit.rlim_cur;
}

/* Seconds since boot at which the process began, in ticks, and its memory. */
static bool read_stat(unsigned long long *ret_start_ticks, unsigned long long *ret_virtual,
                      long long *ret_resident_pages)
{
    char text[STAT_SIZE_MAX];
    FILE *file = fopen("/proc/self/stat", "re");
    size_t size;
    const char *fields;

    if (file == NULL)
        return false;
    size = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    text[size] = '\0';
    /* The name of the program stands in brackets and may hold anything: begin behind it. */
    fields = strrchr(text, ')');
    return fields != NULL &&
           sscanf(fields + 1,
                  " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
                  "%llu %llu %lld",
                  ret_start_ticks, ret_virtual, ret_resident_pages) == 3;
}

static int64_t timespec_ms(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000 + t->tv_nsec / 1000000;
}

struct process_figures process_figures(void)
{
    struct process_figures figures = {.cpu_us = -1,
                                      .start_time_ms = -1,
                                      .open_fds = count_open_fds(),
                                      .max_fds = limit_of_fds(),
                                      .virtual_memory_size = -1,
                                      .resident_memory_size = -1};
    unsigned long long start_ticks;
    unsigned long long virtual_size;
    long long resident_pages;
    struct timespec cpu;
    struct timespec now;
    struct timespec since_boot;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0)
        figures.cpu_us = (int64_t)cpu.tv_sec * 1000000 + cpu.tv_nsec / 1000;
    if (!read_stat(&start_ticks, &virtual_size, &resident_pages))
        return figures;
    figures.virtual_memory_size = (int64_t)virtual_size;
    figures.resident_memory_size = (int64_t)resident_pages * sysconf(_SC_PAGESIZE);
    if (clock_gettime(CLOCK_REALTIME, &now) == 0 && clock_gettime(CLOCK_BOOTTIME, &since_boot) == 0)
        figures.start_time_ms =
            timespec_ms(&now) - timespec_ms(&since_boot) +
            (int64_t)(start_ticks * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
    return figures;
}
