/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/mount_helper.h"

#include <string.h>

static bool is_helper(const char *program)
{
    const char *slash = strrchr(program, '/');
    const char *name = slash != NULL ? slash + 1 : program;

    return strcmp(name, "mount.paperspacefs") == 0 || strcmp(name, "mount.fuse.paperspacefs") == 0;
}

/* Letters without a value; mount(8) gives each by itself, a person may write them together. -s
 * would let unknown options pass, -n is about a file that is no more, -v wants words: nothing to
 * do. */
static int take_letters(const char *letters, struct mount_helper *helper, struct problem *problem)
{
    if (letters[strspn(letters, "sfnv")] != '\0')
        return problem_set(problem, PROBLEM_INVALID,
                           "-%c: mount(8) has no such option for a helper",
                           letters[strspn(letters, "sfnv")]);
    if (strchr(letters, 'f') != NULL)
        helper->fake = true;
    return 0;
}

/* Whether the argument goes on to the program, and with the one after it: 0, 1 or 2 are kept, or -1
 * and a problem. `*skip` is how many were looked at. */
static int judge(char *const *arg, int *skip, struct mount_helper *helper, struct problem *problem)
{
    *skip = 1;
    if (arg[0][0] != '-' || arg[0][1] == '\0' || arg[0][1] == '-')
        return 1;
    if (arg[0][1] == 'N')
        return problem_set(problem, PROBLEM_INVALID, "-N: another mount namespace is not entered");
    if (strchr("ot", arg[0][1]) == NULL)
        return take_letters(arg[0] + 1, helper, problem);
    *skip = arg[0][2] == '\0' && arg[1] != NULL ? 2 : 1;
    return arg[0][1] == 'o' ? *skip : 0;
}

int mount_helper_rewrite(int *argc, char **argv, struct mount_helper *out, struct problem *problem)
{
    int kept = 1, skip;

    *out = (struct mount_helper){.called = *argc > 0 && is_helper(argv[0])};
    if (!out->called)
        return 0;
    for (int i = 1; i < *argc; i += skip) {
        int taken = judge(argv + i, &skip, out, problem);
        if (taken < 0)
            return -1;
        for (int j = 0; j < taken; j++)
            argv[kept++] = argv[i + j];
    }
    argv[kept] = NULL;
    *argc = kept;
    return 0;
}

int mount_helper_status(const struct mount_helper *helper, int status)
{
    return helper->called && status != 0 ? MOUNT_HELPER_FAILED : status;
}
