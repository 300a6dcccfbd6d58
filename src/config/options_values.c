/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/options_values.h"

#include "config/key_shape.h"

#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 14)
#include <fuse_opt.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *member(struct options *options, const struct option_row *row)
{
    return (char *)options + row->offset;
}

static int wrong(const struct option_row *row, const char *value, const char *wanted,
                 struct problem *problem)
{
    return problem_set(problem, PROBLEM_INVALID, "%s=%s: wrong value, %s is wanted", row->name,
                       key_shape_words(value), wanted);
}

static int wrong_number(const struct option_row *row, const char *value, const char *unit,
                        struct problem *problem)
{
    char wanted[100];

    snprintf(wanted, sizeof wanted, "%s from %" PRId64 " to %" PRId64, unit, row->min, row->max);
    return wrong(row, value, wanted, problem);
}

/* Digits, and up to three after a point: 1.5 is 1500. */
static bool parse_thousandths(const char *text, int64_t *out)
{
    char *end;
    int64_t whole, part = 0;

    if (!isdigit((unsigned char)text[0]) || strlen(text) > 15)
        return false;
    whole = strtoll(text, &end, 10);
    if (*end == '.') {
        const char *digits = end + 1;
        for (int64_t unit = 100; unit > 0 && isdigit((unsigned char)*digits); unit /= 10)
            part += unit * (*digits++ - '0');
        if (digits == end + 1 || *digits != '\0')
            return false;
    } else if (*end != '\0') {
        return false;
    }
    *out = whole * 1000 + part;
    return true;
}

int option_set_seconds(struct options *options, const struct option_row *row, const char *value,
                       struct problem *problem)
{
    int64_t ms;

    if (!parse_thousandths(value, &ms) || ms < row->min * 1000 || ms > row->max * 1000)
        return wrong_number(row, value, "a number of seconds", problem);
    *(int64_t *)member(options, row) = ms;
    return 0;
}

int option_set_number(struct options *options, const struct option_row *row, const char *value,
                      struct problem *problem)
{
    char *end;
    int64_t number = strtoll(value, &end, 10);

    if (!isdigit((unsigned char)value[0]) || *end != '\0' || number < row->min || number > row->max)
        return wrong_number(row, value, "a number", problem);
    *(int64_t *)member(options, row) = number;
    return 0;
}

int option_set_octal(struct options *options, const struct option_row *row, const char *value,
                     struct problem *problem)
{
    char *end;
    int64_t number = strtoll(value, &end, 8);

    if (!isdigit((unsigned char)value[0]) || *end != '\0' || number > row->max)
        return wrong(row, value, "an octal number from 0 to 777", problem);
    *(int64_t *)member(options, row) = number;
    return 0;
}

int option_set_word(struct options *options, const struct option_row *row, const char *value,
                    struct problem *problem)
{
    char wanted[100] = "one of";

    for (const struct option_choice *choice = row->choices; choice->name != NULL; choice++) {
        size_t used = strlen(wanted);
        if (strcmp(choice->name, value) == 0) {
            *(int *)member(options, row) = choice->value;
            return 0;
        }
        snprintf(wanted + used, sizeof wanted - used, " %s", choice->name);
    }
    return wrong(row, value, wanted, problem);
}

static bool is_file(const struct option_row *row)
{
    return strcmp(row->value, "FILE") == 0;
}

/* Whether a key stands where the name of its file belongs. */
static bool is_key_itself(const struct option_row *row, const char *value)
{
    return is_file(row) && strchr(value, '/') == NULL && key_shape_words(value) != value &&
           access(value, F_OK) != 0;
}

int option_set_name(struct options *options, const struct option_row *row, const char *value,
                    struct problem *problem)
{
    char **name = member(options, row);

    if (value[0] == '\0' || is_key_itself(row, value))
        return wrong(row, value, is_file(row) ? "the name of a file" : "a name", problem);
    free(*name);
    *name = strdup(value);
    return *name != NULL ? 0 : problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
}

int option_set_dry_run(struct options *options, const struct option_row *row, const char *value,
                       struct problem *problem)
{
    (void)row;
    (void)value;
    (void)problem;
    options->dry_run = CACHE_PLANS;
    return 0;
}

int option_set_read_only(struct options *options, const struct option_row *row, const char *value,
                         struct problem *problem)
{
    (void)row;
    (void)value;
    (void)problem;
    options->read_only = true;
    return 0;
}

int option_set_kernel(struct options *options, const struct option_row *row, const char *value,
                      struct problem *problem)
{
    (void)value; /* none of them takes one */
    if (fuse_opt_add_opt(&options->kernel_options, row->name) == 0)
        return 0;
    return problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
}

int option_ignore(struct options *options, const struct option_row *row, const char *value,
                  struct problem *problem)
{
    (void)options;
    (void)row;
    (void)value;
    (void)problem;
    return 0;
}
