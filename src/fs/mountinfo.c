/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/mountinfo.h"

#include "util/buf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* All of a file of /proc; NULL when it can't be read. Freed by the caller. */
static char *read_proc(const char *path)
{
    struct buf text = BUF_EMPTY;
    char part[4096];
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    while (fd >= 0 && (got = read(fd, part, sizeof part)) > 0)
        if (!buf_append(&text, part, (size_t)got))
            break;
    if (fd >= 0)
        close(fd);
    char *copy = got == 0 ? strdup(buf_text(&text)) : NULL;
    buf_finish(&text);
    return copy;
}

char *mountinfo_read(void)
{
    return read_proc("/proc/self/mountinfo");
}

/* Blanks, tabs, newlines and backslashes of a path are written as \ooo. */
static void unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; to++) {
        unsigned value;
        if (from[0] == '\\' && sscanf(from + 1, "%3o", &value) == 1) {
            *to = (char)value;
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* One line: ID PARENT MAJ:MIN ROOT MOUNTPOINT OPTIONS [TAGS…] - TYPE SOURCE SUPEROPTIONS */
static bool parse_line(const char *line, struct mountinfo *out)
{
    const char *tail = strstr(line, " - ");

    if (tail == NULL || sscanf(line, "%d %d %u:%u %*s %4095s %255s", &out->id, &out->parent,
                               &out->dev_major, &out->dev_minor, out->point, out->options) != 6)
        return false;
    unescape(out->point);
    out->source[0] = out->super[0] = '\0';
    /* A source may be empty: then the options come next, and nothing is known of them. */
    if (sscanf(tail + 3, "%63s %4095s %1023s", out->type, out->source, out->super) < 1)
        return false;
    unescape(out->source);
    return true;
}

/* The last line of the table for which `matches` holds. */
static bool find_line(const char *table, bool (*matches)(const struct mountinfo *, const void *),
                      const void *wanted, struct mountinfo *out)
{
    struct mountinfo one;
    char *text = strdup(table);
    char *rest = text;
    bool found = false;

    for (char *line; text != NULL && (line = strsep(&rest, "\n")) != NULL;)
        if (parse_line(line, &one) && matches(&one, wanted)) {
            *out = one;
            found = true;
        }
    free(text);
    return found;
}

static bool has_id(const struct mountinfo *mount, const void *id)
{
    return mount->id == *(const int *)id;
}

bool mountinfo_by_id(const char *table, int id, struct mountinfo *out)
{
    return find_line(table, has_id, &id, out);
}

static bool has_device(const struct mountinfo *mount, const void *wanted)
{
    const unsigned *device = wanted;

    return mount->dev_major == device[0] && mount->dev_minor == device[1] &&
           strncmp(mount->type, "fuse", 4) == 0;
}

bool mountinfo_by_device(const char *table, unsigned dev_major, unsigned dev_minor,
                         struct mountinfo *out)
{
    const unsigned device[] = {dev_major, dev_minor};

    return find_line(table, has_device, device, out);
}

struct place {
    int parent;
    const char *point;
};

static bool lies_on(const struct mountinfo *mount, const void *wanted)
{
    const struct place *place = wanted;

    return mount->parent == place->parent && mount->id != mount->parent &&
           strcmp(mount->point, place->point) == 0;
}

bool mountinfo_topmost(const char *table, int id, const char *point, struct mountinfo *out)
{
    struct place place = {id, point};
    bool found = false;

    while (find_line(table, lies_on, &place, out)) {
        found = true;
        place.parent = out->id;
    }
    return found;
}

bool mountinfo_is_ours(const struct mountinfo *mount)
{
    return strcmp(mount->type, MOUNTINFO_OURS) == 0;
}

bool mountinfo_has_option(const char *options, const char *option)
{
    size_t size = strlen(option);

    for (const char *at = options; *at != '\0'; at += *at == ',') {
        size_t length = strcspn(at, ",");
        if (length == size && memcmp(at, option, size) == 0)
            return true;
        at += length;
    }
    return false;
}

int mountinfo_id_of(int fd)
{
    char path[64];
    int id = -1;

    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    char *text = read_proc(path);
    const char *line = text != NULL ? strstr(text, "mnt_id:") : NULL;
    if (line == NULL || sscanf(line, "mnt_id: %d", &id) != 1)
        id = -1;
    free(text);
    return id;
}

int mountinfo_open(int id, struct mountinfo *out)
{
    char *table = mountinfo_read();
    int fd = table != NULL && mountinfo_by_id(table, id, out) ? open(out->point, O_PATH | O_CLOEXEC)
                                                              : -1;

    free(table);
    if (fd >= 0 && mountinfo_id_of(fd) != id) {
        close(fd);
        fd = -1;
    }
    return fd;
}
