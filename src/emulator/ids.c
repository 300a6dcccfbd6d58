/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/ids.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t emu_now(struct emulator *emulator)
{
    struct timespec now;

    if (emulator->now_ms != NULL)
        return emulator->now_ms(emulator->now_arg);
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + emulator->behaviour.clock_ms;
}

/* The step of the splitmix64 generator. */
static uint64_t scramble(uint64_t value)
{
    value += 0x9E3779B97F4A7C15u;
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

void emu_id_from(uint64_t seed, const char *prefix, int length, char id[EMU_ID_SIZE])
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    uint64_t random = scramble(seed);
    size_t at = (size_t)snprintf(id, EMU_ID_SIZE, "%.8s", prefix);

    for (; length > 0 && at < EMU_ID_SIZE - 1; length--) {
        id[at++] = letters[random % (sizeof letters - 1)];
        random = random / (sizeof letters - 1) ^ scramble(random) << 40;
    }
    id[at] = '\0';
}

void emu_date_text(int64_t ms, char date[EMU_DATE_SIZE])
{
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
    char day[EMU_DATE_SIZE - 8] = "";
    struct tm parts;

    if (gmtime_r(&seconds, &parts) != NULL)
        strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(date, EMU_DATE_SIZE, "%s.%03dZ", day, (int)((ms % 1000 + 1000) % 1000));
}

bool emu_date_parse(const char *text, int64_t *ms)
{
    struct tm parts = {0};
    int used = 0;
    double fraction = 0;

    if (sscanf(text, "%d-%d-%dT%d:%d:%d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
               &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 6)
        return false;
    if (text[used] == '.' && sscanf(text + used, "%lf", &fraction) != 1)
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    *ms = (int64_t)timegm(&parts) * 1000 + (int64_t)(fraction * 1000 + 0.5);
    return true;
}
