#include "fixture_command.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_SIZE_MAX (1u << 24)
#define ARGUMENTS_MAX 7

static char out[OUTPUT_SIZE_MAX];
static char complaints[OUTPUT_SIZE_MAX];

const char *fixture_out = out;
const char *fixture_complaints = complaints;

static void read_back(FILE *file, char *ret)
{
    size_t size;

    rewind(file);
    size = fread(ret, 1, OUTPUT_SIZE_MAX - 1, file);
    ret[size] = '\0';
    (void)fclose(file);
}

int fixture_run(int (*command)(int, char **), char *const *arguments, const char *input)
{
    FILE *files[3] = {tmpfile(), tmpfile(), tmpfile()};
    char *argv[ARGUMENTS_MAX + 1] = {NULL};
    int kept[3];
    int argc = 0;
    int code;

    (void)fputs(input, files[0]);
    (void)fflush(files[0]);
    (void)fflush(stdout);
    for (int i = 0; i < 3; i++) {
        kept[i] = dup(i);
        (void)dup2(fileno(files[i]), i);
    }
    clearerr(stdin);
    rewind(stdin);
    for (; argc < ARGUMENTS_MAX && arguments[argc] != NULL; argc++)
        argv[argc] = arguments[argc];
    code = command(argc, argv);
    (void)fflush(stdout);
    (void)fflush(stderr);
    for (int i = 0; i < 3; i++) {
        (void)dup2(kept[i], i);
        (void)close(kept[i]);
    }
    (void)fclose(files[0]);
    read_back(files[1], out);
    read_back(files[2], complaints);
    ck_assert_msg(strstr(complaints, FIXTURE_CANARY) == NULL, "an error names the patient: %s",
                  complaints);
    return code;
}
