/*
 * Replay: give a fuzz target every file of the directories named, in a build without a fuzzer.
 *
 *   replay-event tests/fuzz/corpus/event
 *
 * What the target expects of its inputs is then part of every test run.
 */
#include "expect.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_SIZE_MAX ((size_t)4 << 20)
#define PATH_SIZE_MAX 4096

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(INPUT_SIZE_MAX);
    uint8_t *exact;
    size_t size;

    if (file == NULL || bytes == NULL) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
        exit(2);
    }
    size = fread(bytes, 1, INPUT_SIZE_MAX, file);
    (void)fclose(file);
    /* Exactly as long as the input, so that a read past the end is seen. */
    exact = malloc(size == 0 ? 1 : size);
    if (exact == NULL)
        exit(2);
    memcpy(exact, bytes, size);
    free(bytes);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 1;
}

static int replay_directory(const char *directory)
{
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    char path[PATH_SIZE_MAX];
    int count = 0;

    if (entries == NULL) {
        (void)fprintf(stderr, "%s: cannot be opened\n", directory);
        exit(2);
    }
    while ((entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        count += replay(path);
    }
    (void)closedir(entries);
    return count;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int count = replay_directory(argv[i]);

        (void)printf("%s: %d inputs\n", argv[i], count);
        if (count == 0)
            return 1;
    }
    return argc > 1 ? 0 : 2;
}
