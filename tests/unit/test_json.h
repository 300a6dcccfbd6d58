/* SPDX-License-Identifier: MIT */
/* What the files of test_json share. */
#ifndef TEST_JSON_H
#define TEST_JSON_H

#include "util/json.h"
#include "util/json_walk.h"

#include <check.h>

#define TEXT(literal) literal, sizeof literal - 1

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

struct json_object *must_read(const char *text);
void add_value_tests(TCase *tests);
void add_compact_tests(TCase *tests);
void add_print_tests(TCase *tests);
void add_index_tests(TCase *tests);

#endif
