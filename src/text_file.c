/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void text_wipe_free(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

/* -1 with errno set. */
static ssize_t read_all(int fd, char *out, size_t size)
{
    size_t used = 0;
    ssize_t got;

    while (used < size && (got = read(fd, out + used, size - used)) != 0) {
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0)
            used += (size_t)got;
    }
    return (ssize_t)used;
}

/* Reads into `text`, max_bytes + 1 large; `*used` bytes of it hold something in any case. */
static int read_text(int fd, size_t max_bytes, char *text, size_t *used, struct problem *problem)
{
    ssize_t size = read_all(fd, text, max_bytes + 1);

    *used = size < 0 ? max_bytes + 1 : (size_t)size;
    if (size < 0)
        return problem_set(problem, PROBLEM_INVALID, "%m");
    if (*used > max_bytes)
        return problem_set(problem, PROBLEM_INVALID, "it is longer than %zu bytes", max_bytes);
    if (memchr(text, '\0', *used) != NULL)
        return problem_set(problem, PROBLEM_INVALID, "it holds control characters");
    text[*used] = '\0';
    return 0;
}

static int check_file(int fd, bool *open_to_others, struct problem *problem)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return problem_set(problem, PROBLEM_INVALID, "%m");
    if (S_ISDIR(st.st_mode))
        return problem_set(problem, PROBLEM_INVALID, "it is a directory");
    if (open_to_others != NULL)
        *open_to_others = S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0;
    return 0;
}

static char *read_open_file(int fd, size_t max_bytes, bool *open_to_others, struct problem *problem)
{
    size_t used;

    if (check_file(fd, open_to_others, problem) != 0)
        return NULL;
    char *text = calloc(1, max_bytes + 1);
    if (text == NULL) {
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
        return NULL;
    }
    if (read_text(fd, max_bytes, text, &used, problem) == 0)
        return text;
    explicit_bzero(text, used);
    free(text);
    return NULL;
}

char *text_file_read(const char *path, size_t max_bytes, bool may_wait, bool *open_to_others,
                     struct problem *problem)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (may_wait ? 0 : O_NONBLOCK));

    if (fd < 0) {
        problem_set(problem, errno == ENOENT ? PROBLEM_NOT_FOUND : PROBLEM_INVALID, "%m");
        return NULL;
    }
    char *text = read_open_file(fd, max_bytes, open_to_others, problem);
    close(fd);
    return text;
}
