/* SPDX-License-Identifier: MIT */
/* Time, passed in so that tests never sleep to wait for it. */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
    int64_t (*monotonic_ms)(void *ctx); /* never goes back; its zero means nothing */
    int64_t (*wall_ms)(void *ctx);      /* milliseconds since 1970-01-01 UTC */
    void *ctx;
};

/* The machine's clocks; any thread. */
extern const struct clock clock_system;
/* The same, but its monotonic time goes on while the machine is suspended. */
extern const struct clock clock_boot;

static inline int64_t clock_now_ms(const struct clock *clock)
{
    return clock->monotonic_ms(clock->ctx);
}

static inline int64_t clock_wall_ms(const struct clock *clock)
{
    return clock->wall_ms(clock->ctx);
}

/* Writes `wall_ms` as 2026-03-18T09:10:11.123Z into `out` (25 bytes with the NUL). */
#define CLOCK_ISO_SIZE 25
void clock_format_iso(int64_t wall_ms, char out[CLOCK_ISO_SIZE]);

/* Reads an RFC 3339 date with time, such as 2026-03-18T09:10:11.123Z or …+02:00.
 * Returns milliseconds since 1970, less than 0 for what was before, or CLOCK_NO_DATE when `text`
 * is none. */
#define CLOCK_NO_DATE INT64_MIN
int64_t clock_parse_iso(const char *text);

#endif
