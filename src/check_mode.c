/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "check_mode.h"

#include "backend.h"
#include "check_api.h"
#include "check_mount.h"
#include "config/secret_file.h"
#include "doctor/machine.h"
#include "key_open.h"
#include "util/log.h"

#include <stdio.h>
#include <sys/stat.h>

#define NEW_KEY                                                                               \
    "the API does not take this one: make a new one in the team's settings, under API keys, " \
    "and see that it is this team's and whole"

/* Where the key is from, and who else can read it; never what it is. */
static struct report_row *report_key(const struct key *key, struct report *report)
{
    const char *file = key_file_of(key), *team = key_team_of(key), *flaw;
    struct stat st;

    if (file == NULL)
        return report_add(report, "key", REPORT_WELL, "of PAPERSPACE_API_KEY in the environment");
    if (stat(file, &st) != 0)
        return report_add(report, "key", REPORT_NOTE, "of %s, which is gone", file);
    flaw = secret_file_flaw(&st);
    struct report_row *row =
        report_add(report, "key", flaw != NULL ? REPORT_NOTE : REPORT_WELL,
                   "of %s%s%s, mode %04o, owner %u", file, team != NULL ? ", team " : "",
                   team != NULL ? team : "", (unsigned)st.st_mode & 07777, (unsigned)st.st_uid);
    if (flaw != NULL)
        report_hint(row, "%s it: chmod 600 %s", flaw, file);
    return row;
}

static enum check_verdict examine_account(const struct options *options, struct report *report,
                                          struct problem *problem)
{
    struct report_row *url = report_add(report, "url", REPORT_WELL, "%s", options->url);
    struct key *key = key_open(options, problem);
    char words[300];

    if (key == NULL) {
        report_add(report, "key", REPORT_BAD, "%s", problem->message);
        return CHECK_KEY;
    }
    struct report_row *row = report_key(key, report);
    enum check_verdict verdict = check_api(options, key, report, problem);
    key_destroy(key);
    if (verdict == CHECK_KEY) {
        row->state = REPORT_BAD;
        report_hint(row, NEW_KEY);
    }
    if (verdict == CHECK_NO_API) {
        backend_hint(options->url, words, sizeof words);
        url->state = REPORT_BAD;
        report_hint(url, "there is no such API: %s", words);
        problem_set(problem, PROBLEM_NOT_FOUND, "%s: there is no such API: %s", options->url,
                    words);
    }
    return verdict;
}

/* What is wrong with the account goes before what is wrong with the machine. */
static enum check_verdict examine(const struct options *options, struct report *report,
                                  struct problem *problem)
{
    enum check_verdict verdict = examine_account(options, report, problem);
    bool able = machine_examine(report);

    if (verdict != CHECK_WELL || able)
        return verdict;
    problem_set(problem, PROBLEM_INVALID, "nothing can be mounted on this machine as it is");
    return CHECK_MACHINE;
}

int check_mode_run(const struct options *options)
{
    static struct report report; /* large */
    struct problem problem = {.kind = PROBLEM_NONE};
    enum check_verdict verdict = options->mount_point != NULL && options->source == NULL
                                     ? check_mount(options->mount_point, &report, &problem)
                                     : examine(options, &report, &problem);

    if (options->json)
        report_print_json(&report, verdict);
    else
        report_print(&report);
    if (fflush(stdout) != 0 && verdict == CHECK_WELL)
        return CHECK_USAGE;
    if (verdict != CHECK_WELL)
        log_complain("%s", problem.message);
    return (int)verdict;
}
