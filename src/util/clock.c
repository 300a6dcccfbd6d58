/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_monotonic_ms(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_MONOTONIC);
}

static int64_t system_wall_ms(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_REALTIME);
}

static int64_t boot_monotonic_ms(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_BOOTTIME);
}

const struct clock clock_boot = {boot_monotonic_ms, system_wall_ms, NULL};
const struct clock clock_system = {system_monotonic_ms, system_wall_ms, NULL};

void clock_format_iso(int64_t wall_ms, char out[CLOCK_ISO_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    int millis = (int)(wall_ms % 1000);
    char date[32];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, CLOCK_ISO_SIZE, "%.19s.%03dZ", date, millis < 0 ? 0 : millis);
}

/* Reads `.123…` into milliseconds; returns what follows the digits. */
static const char *parse_fraction(const char *text, int *millis)
{
    *millis = 0;
    if (*text != '.')
        return text;
    int scale = 100;
    for (text++; *text >= '0' && *text <= '9'; text++, scale /= 10)
        *millis += (*text - '0') * scale;
    return text;
}

/* Reads Z, +hh:mm or -hh:mm into minutes; false when `text` is none of them. */
static bool parse_zone(const char *text, int *minutes)
{
    int hours;
    int rest;
    char sign;

    *minutes = 0;
    if ((text[0] == 'Z' || text[0] == 'z') && text[1] == '\0')
        return true;
    if (strlen(text) != 6 || sscanf(text, "%c%2d:%2d", &sign, &hours, &rest) != 3)
        return false;
    *minutes = (hours * 60 + rest) * (sign == '-' ? -1 : 1);
    return sign == '-' || sign == '+';
}

int64_t clock_parse_iso(const char *text)
{
    struct tm tm = {0};
    int millis;
    int zone_minutes;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

    if (rest == NULL)
        return CLOCK_NO_DATE;
    rest = parse_fraction(rest, &millis);
    if (!parse_zone(rest, &zone_minutes))
        return CLOCK_NO_DATE;
    int64_t seconds = (int64_t)timegm(&tm) - (int64_t)zone_minutes * 60;
    return seconds * 1000 + millis;
}
