/* SPDX-License-Identifier: MIT */
/*
 * System calls that no tool makes often enough, or at the same time:
 *
 *     calls stat COUNT FILE...      stats the files in turn, COUNT times in all
 *     calls stat-list LIST          stats each of the paths in LIST, which NULs end
 *     calls read THREADS FILE...    opens and reads the files in turn, one for each thread, all at
 *                                   once
 *
 * Exit status 1 if one failed.
 */
#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS_MOST 1024

static bool stat_one(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0)
        return true;
    perror(path);
    return false;
}

static int stat_files(int count, char **files, int nfiles)
{
    for (int i = 0; i < count; i++)
        if (!stat_one(files[i % nfiles]))
            return 1;
    return 0;
}

static int stat_list(const char *list)
{
    FILE *file = fopen(list, "re");
    char *path = NULL;
    size_t room = 0;
    bool ok = file != NULL;

    while (ok && getdelim(&path, &room, '\0', file) > 0)
        ok = stat_one(path);
    free(path);
    if (file != NULL)
        fclose(file);
    return ok ? 0 : 1;
}

/* --- readers --- */

static pthread_barrier_t start;
static atomic_int failed;

static void *read_file(void *path)
{
    char room[4096];
    ssize_t got;

    pthread_barrier_wait(&start);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        atomic_fetch_add(&failed, 1);
        return NULL;
    }
    while ((got = read(fd, room, sizeof room)) > 0)
        continue;
    if (got < 0)
        atomic_fetch_add(&failed, 1);
    close(fd);
    return NULL;
}

static int read_files(int threads, char **files, int nfiles)
{
    static pthread_t thread[THREADS_MOST];

    if (threads < 1 || threads > THREADS_MOST ||
        pthread_barrier_init(&start, NULL, (unsigned)threads) != 0)
        return 1;
    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, read_file, files[i % nfiles]) != 0)
            exit(1);
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return atomic_load(&failed) > 0;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "stat") == 0)
        return stat_files(atoi(argv[2]), argv + 3, argc - 3);
    if (argc == 3 && strcmp(argv[1], "stat-list") == 0)
        return stat_list(argv[2]);
    if (argc > 3 && strcmp(argv[1], "read") == 0)
        return read_files(atoi(argv[2]), argv + 3, argc - 3);
    fprintf(stderr, "usage: calls stat COUNT FILE... | stat-list LIST | read THREADS FILE...\n");
    return 1;
}
