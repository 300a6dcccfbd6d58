/* SPDX-License-Identifier: MIT */
/* What a row of the table of options is, and how its value is read into struct options. */
#ifndef CONFIG_OPTIONS_VALUES_H
#define CONFIG_OPTIONS_VALUES_H

#include "config/options.h"

struct option_choice {
    const char *name; /* NULL ends a table */
    int value;
};

struct option_row;
/* Reads `value` (NULL: the row takes none) into the member that the row names. Returns 0, or -1 and
 * a problem that names the option, and never repeats what looks like a key. */
typedef int option_setter(struct options *options, const struct option_row *row, const char *value,
                          struct problem *problem);

struct option_row {
    const char *name;
    const char *value; /* what help calls the value; NULL: takes none */
    const char *help;  /* NULL: not in the help */
    option_setter *set;
    size_t offset;
    int64_t min, max;                    /* of numbers, in the unit that is given */
    const struct option_choice *choices; /* of words */
};

option_setter option_set_seconds; /* as milliseconds; up to three digits after a point */
option_setter option_set_number;
option_setter option_set_octal;
option_setter option_set_word; /* one of the choices, as an int */
option_setter option_set_name; /* of a file, or any; a copy */
option_setter option_set_dry_run;
option_setter option_set_read_only;
option_setter option_set_kernel; /* FUSE's own: added to kernel_options */
/* What mount(8) and fstab pass for themselves, and what holds anyway. */
option_setter option_ignore;

#endif
