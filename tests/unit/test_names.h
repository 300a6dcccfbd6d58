/* SPDX-License-Identifier: MIT */
/* What the files of test_names share. */
#ifndef TEST_NAMES_H
#define TEST_NAMES_H

#include "tree/resolve.h"
#include "util/file_name.h"
#include "util/json.h"
#include "util/utf8.h"

#include <check.h>

void add_resolving(TCase *tests);

#endif
