/* SPDX-License-Identifier: MIT */
/* The command line: what arguments mean, what is refused in which words; and the defaults. */
#include "config.h"

#include "test_options.h"

#include "config/options.h"
#include "run_tests.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options options;
struct problem problem;

void set_up(void)
{
    unsetenv("PAPERSPACE_API_URL");
    unsetenv("PAPERSPACE_API_KEY");
}

int parse(const char *const *words)
{
    char *argv[ARGS_MAX + 2] = {(char[]){"paperspacefs"}};
    int argc = 1;

    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = strdup(words[argc - 1]);
    int rc = options_parse(argc, argv, &options, &problem);
    while (argc-- > 1)
        free(argv[argc]);
    return rc;
}

/* --- what is refused ---- */

static const struct {
    const char *args[ARGS_MAX];
    const char *words; /* in the message */
} refused[] = {
    {{NULL}, "no mount point"},
    {{"https://example.com/v1"}, "no mount point"},
    {{"label", "/mnt", "more"}, "too many arguments: more"},
    {{"/mnt", "-o"}, "-o needs an option"},
    {{"/mnt", "-o", "frobnicate"}, "unknown option: frobnicate"},
    {{"/mnt", "-o", "ttl=1,frobnicate=7"}, "unknown option: frobnicate"},
    {{"/mnt", "--frobnicate"}, "unknown option: frobnicate"},
    {{"/mnt", "-q"}, "unknown option: -q"},
    {{"/mnt", "-o", "key=topsecret"}, "unknown option: key"},
    {{"/mnt", "--key=topsecret"}, "unknown option: key"},
    {{"/mnt", "-o", "ro=topsecret"}, "ro takes no value"},
    {{"/mnt", "-o", "guard"}, "guard: a value is wanted: guard=POINTS"},
    {{"/mnt", "-o", "guard=-1"}, "guard=-1: wrong value, a number from 0 to 1000000"},
    {{"/mnt", "-o", "guard=1000001"}, "a number from 0 to 1000000"},
    {{"/mnt", "-o", "guard=many"}, "guard=many: wrong value"},
    {{"/mnt", "-o", "dry_run="}, "dry_run=: wrong value, one of pretend"},
    {{"/mnt", "-o", "dry_run=yes"}, "dry_run=yes: wrong value, one of pretend"},
    {{"/mnt", "-o", "ttl=abc"}, "ttl=abc: wrong value, a number of seconds from 0"},
    {{"/mnt", "-o", "ttl=-1"}, "ttl=-1: wrong value"},
    {{"/mnt", "-o", "ttl="}, "ttl=: wrong value"},
    {{"/mnt", "-o", "ttl=1."}, "ttl=1.: wrong value"},
    {{"/mnt", "-o", "ttl=1s"}, "ttl=1s: wrong value"},
    {{"/mnt", "-o", "ttl"}, "ttl: a value is wanted: ttl=SECONDS"},
    {{"/mnt", "-o", "ttl=99999999999999999999"}, "wrong value"},
    {{"/mnt", "-o", "timeout=0"}, "a number of seconds from 1 to 86400"},
    {{"/mnt", "-o", "connections=0"}, "a number from 1 to 256"},
    {{"/mnt", "-o", "connections=8x"}, "wrong value"},
    {{"/mnt", "-o", "uid=root"}, "uid=root: wrong value"},
    {{"/mnt", "-o", "umask=9"}, "octal"},
    {{"/mnt", "-o", "umask=1000"}, "octal"},
    {{"/mnt", "-o", "log=loud"}, "one of error warning info debug"},
    {{"/mnt", "-o", "dialect=latin"}, "one of auto docs openapi"},
    {{"/mnt", "-o", "secrets=maybe"}, "one of fields hide show"},
    {{"/mnt", "-o", "secrets"}, "secrets: a value is wanted: secrets=fields|hide|show"},
    {{"/mnt", "-o", "team="}, "team=: wrong value, a name is wanted"},
    {{"/mnt", "-o", "defaults="}, "defaults=: wrong value, the name of a file"},
    {{"/mnt", "-o", "defaults=/nonexistent"}, "defaults=/nonexistent: can't be read: No such file"},
    {{"/mnt", "-o", "defaults=/"}, "defaults=/: can't be read: it is a directory"},
    {{"/mnt", "-o", "restore_backup=maybe"}, "one of no yes"},
    {{"/mnt", "-o", "max_read=x"}, "a number from 4096 to 1048576"},
    {{"/mnt", "-o", "key_file="}, "the name of a file"},
    {{"/mnt", "-o", "cacert=/nonexistent/ca.pem"}, "cacert=/nonexistent/ca.pem: can't be read"},
    {{"ftp://example.com", "/mnt"}, "http"},
    {{"https://me:topsecret@example.com/v1", "/mnt"}, ""},
    {{"http://192.0.2.1/v1", "/mnt"}, "use https"},
    {{"http://[2001:db8::1]:80/v1", "/mnt"}, "use https"},
    {{"http://[::ffff:192.0.2.1]/v1", "/mnt"}, "use https"},
    {{"http://0.0.0.0/v1", "/mnt"}, "use https"},
    {{"http://[::]/v1", "/mnt"}, "use https"},
    {{"--demo", "https://example.com/v1", "/mnt"}, "brings its own API"},
    {{"--demo", "--check"}, "do not go together"},
    {{"--json", "/mnt"}, "--json goes with --check only"},
    {{"--why", "a", "b"}, "too many arguments: b"},
    {{"--why", "a", "topsecretTOPSECRET12"}, "too many arguments: (it looks like a key"},
};

/* holds: cmd-3 */
START_TEST(what_is_wrong_is_named)
{
    ck_assert_int_eq(parse(refused[_i].args), -1);
    ck_assert_msg(strstr(problem.message, refused[_i].words) != NULL, "%s", problem.message);
    ck_assert_ptr_null(strstr(problem.message, "topsecret"));
}
END_TEST

/* --- mistakes that are understood ---- */

static const struct {
    const char *args[ARGS_MAX];
    const char *words; /* what to do */
} mistakes[] = {
    {{"/mnt", "-o", "key=topsecret"},
     "unknown option: key; put the key into a file that only you can read, and name that with "
     "key_file=FILE"},
    {{"/mnt", "-o", "api_key=topsecret"}, "key_file=FILE"},
    {{"/mnt", "--api-key=topsecret"}, "key_file=FILE"},
    {{"/mnt", "-o", "PAPERSPACE_API_KEY=topsecret"}, "key_file=FILE"},
    {{"/mnt", "-o", "token=topsecret"}, "key_file=FILE"},
    {{"/mnt", "-o", "keyfile=/k"}, "unknown option: keyfile; did you mean key_file=FILE?"},
    {{"/mnt", "--key-file=/k"}, "did you mean key_file=FILE?"},
    {{"/mnt", "-o", "dry-run"}, "did you mean dry_run?"},
    {{"/mnt", "-o", "RO"}, "did you mean ro?"},
    {{"/mnt", "-o", "read_only"}, "did you mean ro?"},
    {{"/mnt", "-o", "loglevel=info"}, "did you mean log=LEVEL?"},
    {{"/mnt", "-o", "ttl=3, ro"}, "unknown option:  ro; options have commas between them"},
    {{"-o", "ttl=3,", "ro", "/mnt"}, "a blank stands behind a comma, so that ro is none"},
    {{"-ottl=3,", "ro", "/mnt"}, "a blank stands behind a comma, so that ro is none"},
    {{"-o", "ro,", "ttl=3", "/mnt"}, "so that ttl is none of the options"},
    {{"-o", "ro,", "key=topsecret", "/mnt"}, "so that key is none of the options"},
    {{"/mnt", "https://example.com/v1"}, "the mount point comes last"},
    {{"/tmp", "storage"}, "the mount point comes last"},
    {{"-o", "ttl=3", "/tmp", "topsecret"}, "the mount point comes last"},
    {{"/mnt/none", "https://me:topsecret@example.com/v1"}, "the mount point comes last"},
    {{"/mnt", "-o", "frobnicate"}, "unknown option: frobnicate"},
};

/* holds: cmd-5 */
START_TEST(a_refusal_says_what_to_do)
{
    ck_assert_int_eq(parse(mistakes[_i].args), -1);
    ck_assert_msg(strstr(problem.message, mistakes[_i].words) != NULL, "%s", problem.message);
    ck_assert_ptr_null(strstr(problem.message, "topsecret"));
}
END_TEST

static const char *const no_mistakes[][ARGS_MAX] = {
    {"-o", "ttl=3,", "label", "/mnt"}, /* an idle comma */
    {"-o", "ttl=3,", "/mnt"},
    {"-o", "ttl=3,,ro,", "-f", "/mnt"},
    {"ttl", "/mnt"}, /* a label as good as any */
    {"--", "-o", "/mnt"},
};

START_TEST(what_is_only_odd_is_taken)
{
    const char *args[ARGS_MAX] = {NULL};

    memcpy(args, no_mistakes[_i], sizeof no_mistakes[_i]);
    int rc = parse(args);
    ck_assert_msg(rc == 0, "%s", problem.message);
    ck_assert_str_eq(options.mount_point, "/mnt");
    options_finish(&options);
}
END_TEST

/* --- keys where none belongs ---- */

#define LOOKS_LIKE_A_KEY "topsecretTOPSECRET12"

static const struct {
    const char *args[ARGS_MAX];
    const char *words;
} misplaced[] = {
    {{"/mnt", "-o", LOOKS_LIKE_A_KEY}, "unknown option: (it looks like a key"},
    {{"/mnt", "-o", "ttl=1," LOOKS_LIKE_A_KEY}, "unknown option: (it looks like a key"},
    {{"/mnt", "-o", "ps-" LOOKS_LIKE_A_KEY "=x"}, "unknown option: (it looks like a key"},
    {{"/mnt", "-o" LOOKS_LIKE_A_KEY}, "unknown option: (it looks like a key"},
    {{"/mnt", "--" LOOKS_LIKE_A_KEY}, "unknown option: (it looks like a key"},
    {{"/mnt", "--" LOOKS_LIKE_A_KEY "=x"}, "unknown option: (it looks like a key"},
    {{"/mnt", "-" LOOKS_LIKE_A_KEY}, "unknown option: (it looks like a key"},
    {{"/mnt", "-o", "topsecret"}, "unknown option: (it looks like a key"}, /* the variable's */
    {{"/mnt", "-o", "key=" LOOKS_LIKE_A_KEY}, "unknown option: key"},
    {{"/mnt", "-o", "ttl=" LOOKS_LIKE_A_KEY}, "ttl=(it looks like a key"},
    {{"/mnt", "-o", "dialect=" LOOKS_LIKE_A_KEY}, "dialect=(it looks like a key"},
    {{"/mnt", "-o", "uid=topsecret"}, "uid=(it looks like a key"},
    {{"/mnt", "-o", "key_file=" LOOKS_LIKE_A_KEY}, "key_file=(it looks like a key"},
    {{"/mnt", "-o", "key_file=topsecret"}, "key_file=(it looks like a key"},
    {{"/mnt", "-o", "cacert=" LOOKS_LIKE_A_KEY}, "cacert=(it looks like a key"},
    {{"/mnt", "-o", "url=" LOOKS_LIKE_A_KEY}, "a URL must begin with"},
    {{LOOKS_LIKE_A_KEY, "/mnt"}, "SOURCE looks like a key"},
    {{"topsecret", "/mnt"}, "SOURCE looks like a key"},
    {{LOOKS_LIKE_A_KEY "=", "/mnt"}, "SOURCE looks like a key"},
    {{"ps." LOOKS_LIKE_A_KEY, "/mnt"}, "SOURCE looks like a key"},
    {{"--check", LOOKS_LIKE_A_KEY}, "SOURCE looks like a key"},
    {{"/mnt", LOOKS_LIKE_A_KEY, "x"}, ""},
    {{"a", "/mnt", LOOKS_LIKE_A_KEY}, "too many arguments: (it looks like a key"},
    {{LOOKS_LIKE_A_KEY}, "no such mount point (it looks like a key"},
    {{"label", LOOKS_LIKE_A_KEY}, "no such mount point (it looks like a key"},
    {{"https://" LOOKS_LIKE_A_KEY "@example.com/v1", "/mnt"}, "user or password"},
    {{"https://example.com/v1?key=" LOOKS_LIKE_A_KEY, "/mnt"}, "query or fragment"},
    {{"https://example.com/v1#" LOOKS_LIKE_A_KEY, "/mnt"}, "query or fragment"},
    {{"me:topsecret@example.com", "/mnt"}, "SOURCE looks like a key"},
    {{"example.com/v1?key=topsecret", "/mnt"}, "SOURCE looks like a key"},
};

/* holds: key-2 */
START_TEST(a_key_where_none_belongs_is_not_repeated)
{
    setenv("PAPERSPACE_API_KEY", "topsecret", 1);
    ck_assert_int_eq(parse(misplaced[_i].args), -1);
    ck_assert_msg(strstr(problem.message, misplaced[_i].words) != NULL, "%s", problem.message);
    ck_assert_msg(strstr(problem.message, "topsecret") == NULL, "%s", problem.message);
}
END_TEST

/* --- SOURCE ---- */

static const struct {
    const char *source;
    const char *words; /* NULL: it is a label */
} sources[] = {
    {"label", NULL},
    {"paperspace-storage_2", NULL},
    {"-_", NULL},
    {"7", NULL},
    {"nineteenletters1234", NULL},
    {"ten1234567-ten1234567-ten1234567", NULL},
    {"localhost", NULL},
    {"example.com", "did you mean https://example.com?"},
    {"api.paperspace.com/v1", "did you mean https://api.paperspace.com/v1?"},
    {"127.0.0.1:8080", "did you mean https://127.0.0.1:8080?"},
    {"[::1]:8080/v1", "did you mean https://[::1]:8080/v1?"},
    {"localhost:8080", "did you mean https://localhost:8080?"},
    {"https:/host", "did you mean https://host?"},
    {"https:host/v1", "did you mean https://host/v1?"},
    {"http:/127.0.0.1:80", "did you mean https://127.0.0.1:80?"},
    {"https:", "did you mean https://HOST/v1?"},
    {"//host/v1", "did you mean https://host/v1?"},
    {"/dev/sda", "did you mean https://dev/sda?"},
    {"/tmp", "makes a path of a label"}, /* of what is started in / */
    {".", "did you mean https://.?"},
    {"", "did you mean https://HOST/v1?"},
    {"two words", "did you mean https://HOST/v1?"},
    {"l\303\244bel", "did you mean https://HOST/v1?"},
    {"line\nbreak", "did you mean https://HOST/v1?"},
    {"a,b", "did you mean https://HOST/v1?"},
    {"user@host", "did you mean https://HOST/v1?"},
    {"exactly20letters1234", "looks like a key"},
};

/* holds: url-2 url-3 */
START_TEST(a_source_is_a_URL_or_a_label_and_nothing_else)
{
    const char *const args[] = {"--", sources[_i].source, "/mnt", NULL};

    ck_assert_int_eq(chdir("/"), 0);
    int rc = parse(args);

    if (sources[_i].words != NULL) {
        ck_assert_int_eq(rc, -1);
        ck_assert_msg(strstr(problem.message, sources[_i].words) != NULL, "%s", problem.message);
        return;
    }
    ck_assert_msg(rc == 0, "%s", problem.message);
    ck_assert_str_eq(options.source, sources[_i].source);
    ck_assert_str_eq(options.url, "https://api.paperspace.com/v1");
    options_finish(&options);
}
END_TEST

START_TEST(a_source_is_kept_as_it_was_given)
{
    const char *const url[] = {"https://Example.com/v1/", "/mnt", NULL};
    const char *const none[] = {"/mnt", NULL};

    ck_assert_int_eq(parse(url), 0);
    ck_assert_str_eq(options.source, "https://Example.com/v1/");
    options_finish(&options);
    ck_assert_int_eq(parse(none), 0);
    ck_assert_ptr_null(options.source);
    options_finish(&options);
}
END_TEST

/* --- what is ignored or passed on ---- */

/* holds: cmd-4 */
START_TEST(what_mount_and_fstab_say_for_themselves_is_ignored)
{
    const char *const args[] = {"label", "/mnt", "-o",
                                "rw,dev,suid,_netdev,nofail,auto,noauto,user,users,nouser,nodev,"
                                "nosuid,x-systemd.automount,comment=mine,defaults,user=joe,"
                                "nonempty,big_writes,X-a.b=c,owner,noowner,group,nogroup,helper=h,"
                                "uhelper=u,symfollow,lazytime,nostrictatime",
                                NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert_ptr_null(options.kernel_options);
    ck_assert_ptr_null(options.defaults_file);
    ck_assert(!options.read_only);
    options_finish(&options);
}
END_TEST

/* holds: cmd-7 */
START_TEST(fuses_own_options_are_passed_on)
{
    const char *const args[] = {"/mnt", "-o", "allow_other,dirsync", "--noexec", NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert_str_eq(options.kernel_options, "allow_other,dirsync,noexec");
    options_finish(&options);
}
END_TEST

/* --- a remount ---- */

static const struct {
    const char *args[ARGS_MAX];
    bool ro, rw;
    const char *given;
} remounts[] = {
    {{"/mnt", "-o", "remount,ro"}, true, false, NULL},
    {{"/mnt", "-o", "ro", "-o", "remount"}, true, false, NULL},
    {{"/mnt", "-o", "rw,ro", "-oremount"}, true, false, NULL},
    {{"/mnt", "-o", "remount,ro,rw"}, false, true, NULL},
    {{"--remount", "--rw", "/mnt"}, false, true, NULL},
    {{"/mnt", "-o", "remount"}, false, false, NULL},
    {{"storage", "/mnt", "-o", "ro,nosuid,nodev,relatime,remount,user_id=0,default_permissions"},
     true,
     false,
     "user_id=0"},
    {{"not a label", "/mnt", "-o", "ttl=x,remount,odd,_netdev,x-a=b"}, false, false, "ttl=x\nodd"},
};

START_TEST(a_remount_is_told_by_one_word)
{
    ck_assert_msg(parse(remounts[_i].args) == 0, "%s", problem.message);
    ck_assert_int_eq(options.mode, OPTIONS_REMOUNT);
    ck_assert_int_eq(options.read_only, remounts[_i].ro);
    ck_assert_int_eq(options.writable, remounts[_i].rw);
    ck_assert_pstr_eq(options.given, remounts[_i].given);
    options_finish(&options);
}
END_TEST

START_TEST(what_says_something_is_kept_as_it_was_given)
{
    const char *const args[] = {
        "/mnt",          "-o", "ttl=1.50,rw,ro,_netdev,allow_other", "--url=https://h", "-o",
        "key_file=a\nb", NULL};

    ck_assert_msg(parse(args) == 0, "%s", problem.message);
    ck_assert_str_eq(options.given, "ttl=1.50\nallow_other\nurl=https://h\nkey_file=a b");
    options_finish(&options);
}
END_TEST

static TCase *option_tests(void)
{
    TCase *t = tcase_create("options");

    tcase_add_checked_fixture(t, set_up, NULL);
    tcase_add_loop_test(t, a_key_where_none_belongs_is_not_repeated, 0,
                        sizeof misplaced / sizeof misplaced[0]);
    tcase_add_loop_test(t, a_source_is_a_URL_or_a_label_and_nothing_else, 0,
                        sizeof sources / sizeof sources[0]);
    tcase_add_test(t, a_source_is_kept_as_it_was_given);
    tcase_add_loop_test(t, what_is_wrong_is_named, 0, sizeof refused / sizeof refused[0]);
    tcase_add_test(t, what_mount_and_fstab_say_for_themselves_is_ignored);
    tcase_add_test(t, fuses_own_options_are_passed_on);
    tcase_add_loop_test(t, a_refusal_says_what_to_do, 0, sizeof mistakes / sizeof mistakes[0]);
    tcase_add_loop_test(t, what_is_only_odd_is_taken, 0,
                        sizeof no_mistakes / sizeof no_mistakes[0]);
    tcase_add_loop_test(t, a_remount_is_told_by_one_word, 0, sizeof remounts / sizeof remounts[0]);
    tcase_add_test(t, what_says_something_is_kept_as_it_was_given);
    add_meaning_tests(t);
    return t;
}

int main(void)
{
    Suite *s = suite_create("options");

    suite_add_tcase(s, option_tests());
    suite_add_tcase(s, defaults_tests());
    return run_tests(srunner_create(s));
}
