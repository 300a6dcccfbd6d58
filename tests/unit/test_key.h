/* SPDX-License-Identifier: MIT */
/* What the files of test_key share. */
#ifndef TEST_KEY_H
#define TEST_KEY_H

#include "config/key.h"
#include "config/secret_file.h"
#include "util/log.h"

#include <check.h>

#define OTHER 4713

/* An API that remembers the key that it was given. */
struct api {
    char key[64];
    int given;
};

struct key *key_of(const char *file, const char *team);
extern struct problem problem;
TCase *client_tests(void);

#endif
