/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/text_file.h"

#include "util/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void text_wipe_free(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

const char *text_without_mark(const char *text)
{
    size_t size = strlen(BYTE_ORDER_MARK);

    return strncmp(text, BYTE_ORDER_MARK, size) == 0 ? text + size : text;
}

/* Waits until there is something to read, or its end; false with errno set: not by then. */
static bool await_input(int fd, int64_t deadline_ms)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    int64_t left = deadline_ms - clock_now_ms(&clock_system);
    int rc = poll(&input, 1, left > 0 ? (int)left : 0);

    if (rc == 0)
        errno = ETIMEDOUT;
    return rc > 0 || (rc < 0 && errno == EINTR);
}

/* The descriptor does not block. -1 with errno set. */
static ssize_t read_all(int fd, char *out, size_t size, int64_t deadline_ms)
{
    size_t used = 0;
    ssize_t got = 1;

    while (used < size && got != 0) {
        if (!await_input(fd, deadline_ms))
            return -1;
        got = read(fd, out + used, size - used);
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        if (got > 0)
            used += (size_t)got;
    }
    return (ssize_t)used;
}

/* Reads into `text`, max_bytes + 1 large, which may hold something in any case. */
static int read_text(int fd, size_t max_bytes, int64_t wait_ms, char *text, struct problem *problem)
{
    int64_t deadline_ms = clock_now_ms(&clock_system) + wait_ms;
    ssize_t size = read_all(fd, text, max_bytes + 1, deadline_ms);

    if (size < 0 && errno == ETIMEDOUT)
        return problem_set(problem, PROBLEM_INVALID, "nobody has written it to its end");
    if (size < 0)
        return problem_set(problem, PROBLEM_INVALID, "%m");
    if ((size_t)size > max_bytes)
        return problem_set(problem, PROBLEM_INVALID, "it is longer than %zu bytes", max_bytes);
    if (memchr(text, '\0', (size_t)size) != NULL)
        return problem_set(problem, PROBLEM_INVALID, "it holds control characters");
    text[size] = '\0';
    const char *start = text_without_mark(text);
    memmove(text, start, strlen(start) + 1);
    return 0;
}

static int look_at(int fd, struct stat *st, struct problem *problem)
{
    if (fstat(fd, st) != 0)
        return problem_set(problem, PROBLEM_INVALID, "%m");
    if (S_ISDIR(st->st_mode))
        return problem_set(problem, PROBLEM_INVALID, "it is a directory");
    return 0;
}

static char *read_open_file(int fd, size_t max_bytes, int64_t wait_ms, struct problem *problem)
{
    char *text = calloc(1, max_bytes + 1);

    if (text == NULL) {
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
        return NULL;
    }
    if (read_text(fd, max_bytes, wait_ms, text, problem) == 0)
        return text;
    explicit_bzero(text, max_bytes + 1);
    free(text);
    return NULL;
}

char *text_file_read(const char *path, size_t max_bytes, int64_t wait_ms, struct stat *st,
                     struct problem *problem)
{
    struct stat ours;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    char *text = NULL;

    if (fd < 0) {
        problem_set(problem, errno == ENOENT ? PROBLEM_NOT_FOUND : PROBLEM_INVALID, "%m");
        return NULL;
    }
    if (look_at(fd, st != NULL ? st : &ours, problem) == 0)
        text = read_open_file(fd, max_bytes, wait_ms, problem);
    close(fd);
    return text;
}
