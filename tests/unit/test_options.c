/* SPDX-License-Identifier: MIT */
/* The command line: what arguments mean, what is refused in which words; and the defaults. */
#include "config.h"

#include "config/options.h"
#include "run_tests.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGS_MAX 14

static struct options options;
static struct problem problem;

static void set_up(void)
{
    unsetenv("PAPERSPACE_API_URL");
    unsetenv("PAPERSPACE_API_KEY");
}

static int parse(const char *const *words)
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

/* --- what options mean ---- */

START_TEST(nothing_said_means_the_defaults)
{
    const char *const args[] = {"/mnt", NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert_int_eq(options.mode, OPTIONS_MOUNT);
    ck_assert_str_eq(options.url, "https://api.paperspace.com/v1");
    ck_assert_str_eq(options.mount_point, "/mnt");
    ck_assert_int_eq(options.ttl_ms, 30000);
    ck_assert_int_eq(options.stale_ms, 86400000);
    ck_assert_int_eq(options.timeout_ms, 30000);
    ck_assert_int_eq(options.connections, 12);
    ck_assert_int_eq(options.forced_dialect, -1);
    ck_assert_int_eq(options.secrets, SECRETS_FIELDS);
    ck_assert_ptr_null(options.team);
    for (size_t i = 0; i < KINDS_COUNT; i++)
        ck_assert_ptr_null(options.defaults.of[i]);
    ck_assert_int_eq(options.restore_backup, RESTORE_BACKUP_AUTO);
    ck_assert_int_eq(options.guard, 20);
    ck_assert_int_eq(options.dry_run, CACHE_SENDS);
    ck_assert_int_eq(options.uid, getuid());
    ck_assert(!options.foreground && !options.debug && !options.demo && !options.read_only);
    options_finish(&options);
}
END_TEST

START_TEST(every_option_can_be_said)
{
    const char *const args[] = {
        "/mnt",       "-f",
        "-o",         "ttl=1.5,stale=0,timeout=5,connections=3,max_read=8192",
        "-o",         "uid=7,gid=8,umask=027",
        "--log=info", "--dialect=openapi",
        "-oro",       "--restore_backup=no",
        "--team=us",  "--secrets=hide",
        "--guard=7",  "--dry_run=pretend",
        NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert(options.foreground && options.read_only);
    ck_assert_int_eq(options.ttl_ms, 1500);
    ck_assert_int_eq(options.stale_ms, 0);
    ck_assert_int_eq(options.timeout_ms, 5000);
    ck_assert_int_eq(options.connections, 3);
    ck_assert_int_eq(options.max_read, 8192);
    ck_assert_int_eq(options.uid, 7);
    ck_assert_int_eq(options.gid, 8);
    ck_assert_int_eq(options.umask, 027);
    ck_assert_int_eq(options.log_level, LOG_LEVEL_INFO);
    ck_assert_int_eq(options.forced_dialect, DIALECT_OPENAPI);
    ck_assert_int_eq(options.restore_backup, RESTORE_BACKUP_NO);
    ck_assert_int_eq(options.secrets, SECRETS_HIDE);
    ck_assert_str_eq(options.team, "us");
    ck_assert_int_eq(options.guard, 7);
    ck_assert_int_eq(options.dry_run, CACHE_PRETENDS);
    options_finish(&options);
}
END_TEST

START_TEST(a_dry_run_pretends_only_if_it_is_told_to)
{
    const char *const args[] = {"/mnt", "-o", "dry_run,guard=0", NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert_int_eq(options.dry_run, CACHE_PLANS);
    ck_assert_int_eq(options.guard, 0);
    options_finish(&options);
}
END_TEST

START_TEST(debug_implies_the_foreground)
{
    const char *const args[] = {"-d", "/mnt", NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert(options.foreground && options.debug);
    ck_assert_int_eq(options.log_level, LOG_LEVEL_DEBUG);
    options_finish(&options);
}
END_TEST

START_TEST(help_and_version_need_nothing_else)
{
    const char *const help[] = {"-h", NULL};
    const char *const version[] = {"--version", NULL};

    ck_assert_int_eq(parse(help), 0);
    ck_assert_int_eq(options.mode, OPTIONS_HELP);
    options_finish(&options);
    ck_assert_int_eq(parse(version), 0);
    ck_assert_int_eq(options.mode, OPTIONS_VERSION);
    options_finish(&options);
}
END_TEST

static const struct {
    const char *args[ARGS_MAX];
    enum options_mode mode;
    const char *source, *path;
    bool json;
} questions[] = {
    {{"--check"}, OPTIONS_CHECK, NULL, NULL, false},
    {{"--check", "--json"}, OPTIONS_CHECK, NULL, NULL, true},
    {{"--check", "label"}, OPTIONS_CHECK, "label", NULL, false},
    {{"--check", "https://a.example/v1"}, OPTIONS_CHECK, "https://a.example/v1", NULL, false},
    {{"--check", "/mnt/none"}, OPTIONS_CHECK, NULL, "/mnt/none", false},
    {{"--check", "./none"}, OPTIONS_CHECK, NULL, "./none", false},
    {{"--check", "."}, OPTIONS_CHECK, NULL, ".", false},
    {{"--check", "tmp"}, OPTIONS_CHECK, NULL, "tmp", false}, /* a directory in / */
    {{"--check", "label", "/mnt"}, OPTIONS_CHECK, "label", NULL, false},
    {{"--why"}, OPTIONS_WHY, NULL, NULL, false},
    {{"--why", "drives/data"}, OPTIONS_WHY, NULL, "drives/data", false},
};

START_TEST(what_is_asked_about_is_an_account_or_a_mount)
{
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_msg(parse(questions[_i].args) == 0, "%s", problem.message);
    ck_assert_int_eq(options.mode, questions[_i].mode);
    ck_assert_pstr_eq(options.source, questions[_i].source);
    ck_assert_pstr_eq(options.mount_point, questions[_i].path);
    ck_assert_int_eq(options.json, questions[_i].json);
    options_finish(&options);
}
END_TEST

START_TEST(after_two_dashes_a_mount_point_may_begin_with_one)
{
    const char *const args[] = {"--", "-mnt", NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert_str_eq(options.mount_point, "-mnt");
    options_finish(&options);
}
END_TEST

START_TEST(a_relative_file_is_found_after_the_directory_was_left)
{
    const char *const args[] = {"/mnt", "-o", "key_file=k", NULL};

    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(parse(args), 0);
    ck_assert_int_eq(options.key_file[0], '/');
    options_finish(&options);
}
END_TEST

/* --- which address ---- */

static const struct {
    const char *args[ARGS_MAX];
    const char *environment;
    const char *url;
} addresses[] = {
    {{"https://a.example/v1/", "/mnt", "-o", "url=https://b.example"},
     "https://c.example",
     "https://a.example/v1"},
    {{"label", "/mnt", "-o", "url=https://b.example"}, "https://c.example", "https://b.example"},
    {{"label", "/mnt"}, "https://c.example", "https://c.example"},
    {{"/mnt"}, "https://c.example", "https://c.example"},
    {{"/mnt"}, "", "https://api.paperspace.com/v1"},
    {{"--check", "https://a.example"}, NULL, "https://a.example"},
    {{"--check"}, NULL, "https://api.paperspace.com/v1"},
    {{"--check", "label", "/mnt"}, NULL, "https://api.paperspace.com/v1"},
    {{"http://127.0.0.1:8080/v1", "/mnt"}, NULL, "http://127.0.0.1:8080/v1"},
    {{"http://[::1]:8080/v1", "/mnt"}, NULL, "http://[::1]:8080/v1"},
    {{"http://localhost/v1", "/mnt"}, NULL, "http://localhost/v1"},
    {{"http://127.1:8080/v1", "/mnt"}, NULL, "http://127.0.0.1:8080/v1"},
    {{"http://[::ffff:127.0.0.1]/v1", "/mnt"}, NULL, "http://[::ffff:127.0.0.1]/v1"},
    {{"http://[::ffff:7f00:1]/v1", "/mnt"}, NULL, "http://[::ffff:7f00:1]/v1"},
};

START_TEST(the_address_has_an_order)
{
    if (addresses[_i].environment != NULL)
        setenv("PAPERSPACE_API_URL", addresses[_i].environment, 1);
    ck_assert_msg(parse(addresses[_i].args) == 0, "%s", problem.message);
    ck_assert_str_eq(options.url, addresses[_i].url);
    options_finish(&options);
}
END_TEST

START_TEST(a_demo_has_no_address)
{
    const char *const args[] = {"--demo", "/mnt", NULL};

    setenv("PAPERSPACE_API_URL", "https://c.example", 1);
    ck_assert_int_eq(parse(args), 0);
    ck_assert(options.demo);
    ck_assert_ptr_null(options.url);
    options_finish(&options);
}
END_TEST

/* --- defaults= ---- */

static char path[32];

static void make_file(void)
{
    set_up();
    log_set_level(LOG_LEVEL_ERROR);
    strcpy(path, "/tmp/test_options.XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(path);
}

static int parse_defaults(const char *text, const char *dialect)
{
    char option[48], dialect_option[32];
    const char *const args[] = {"/mnt", "-o", option, dialect_option, NULL};
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    snprintf(option, sizeof option, "defaults=%s", path);
    snprintf(dialect_option, sizeof dialect_option, "--dialect=%s", dialect);
    return parse(args);
}

START_TEST(defaults_are_kept_by_kind)
{
    ck_assert_msg(parse_defaults("{\"drives\": {\"region\": \"ny2\", \"networkId\": \"nw\","
                                 " \"size\": 100},\n \"snapshots\": {\"machineId\": \"ps1\"},"
                                 " \"providers\": {\"isTeamDefault\": true, \"s3Config\": "
                                 "{\"bucket\": \"b\", \"secretAccessKey\": \"topsecret\"}}}",
                                 "auto") == 0,
                  "%s", problem.message);
    ck_assert_str_eq(options.defaults.of[kind_index(&kind_drives)],
                     "{\"region\":\"ny2\",\"networkId\":\"nw\",\"size\":100}");
    ck_assert_str_eq(options.defaults.of[kind_index(&kind_snapshots)], "{\"machineId\":\"ps1\"}");
    ck_assert_str_eq(options.defaults.of[kind_index(&kind_providers)],
                     "{\"isTeamDefault\":true,\"s3Config\":{\"bucket\":\"b\","
                     "\"secretAccessKey\":\"topsecret\"}}");
    ck_assert_ptr_null(options.defaults.of[kind_index(&kind_utilization)]);
    options_finish(&options);
}
END_TEST

START_TEST(an_empty_object_has_no_defaults)
{
    ck_assert_int_eq(parse_defaults(" {}\n", "auto"), 0);
    ck_assert_ptr_null(options.defaults.of[0]);
    options_finish(&options);
}
END_TEST

START_TEST(a_dialect_that_is_known_decides_on_the_keys)
{
    ck_assert_int_eq(parse_defaults("{\"drives\": {\"privateNetworkId\": \"nw\"}}", "auto"), 0);
    options_finish(&options);
    ck_assert_int_eq(parse_defaults("{\"drives\": {\"privateNetworkId\": \"nw\"}}", "openapi"), 0);
    options_finish(&options);
    ck_assert_int_eq(parse_defaults("{\"drives\": {\"privateNetworkId\": \"nw\"}}", "docs"), -1);
    ck_assert_ptr_nonnull(strstr(problem.message, "drives.privateNetworkId: there is no such"));
}
END_TEST

static const struct {
    const char *text;
    const char *words;
} bad_defaults[] = {
    {"", ": the JSON has no end"},
    {"{\"drives\": {", ": the JSON has no end"},
    {"{\"drives\":\n{topsecret}}", ": line 2: "},
    {"{} {}", ": line 1: something follows"},
    {"[]", ": one JSON object is wanted"},
    {"null", ": one JSON object is wanted"},
    {"{\"drives\": {}, \"drives\": {}}", "two equal keys: drives"},
    {"{\"drive\": {}}", ": drive: nothing of that name"},
    {"{\"utilization\": {}}", ": utilization: nothing of that name"},
    {"{\"drives\": []}", ": drives: an object is wanted"},
    {"{\"drives\": null}", ": drives: an object is wanted"},
    {"{\"drives\": {\"colour\": 1}}", ": drives.colour: there is no such field"},
    {"{\"drives\": {\"id\": \"topsecret\"}}", ": drives.id: it can't be given"},
    {"{\"drives\": {\"name\": \"topsecret\"}}", ": drives.name: the name is that of the dir"},
    {"{\"drives\": {\"region\": 1}}", ": drives.region: a string is wanted"},
    {"{\"drives\": {\"region\": null}}", ": drives.region: a string is wanted"},
    {"{\"drives\": {\"size\": \"topsecret\"}}", ": drives.size: an integer is wanted"},
    {"{\"drives\": {\"size\": 1.5}}", ": drives.size: an integer is wanted"},
    {"{\"drives\": {\"size\": 1000000000000}}", ": drives.size: sizes are in GB"},
    {"{\"drives\": {\"networkId\": 7}}", ": drives.networkId: a string is wanted"},
    {"{\"drives\": {\"privateNetworkId\": 7}}", ": drives.privateNetworkId: a string is wanted"},
    {"{\"snapshots\": {\"machineId\": \"..\"}}", ": snapshots.machineId: that is no ID"},
    {"{\"snapshots\": {\"machineId\": 1}}", ": snapshots.machineId: a string is wanted"},
    {"{\"snapshots\": {\"storageSize\": 1}}", ": snapshots.storageSize: it can't be given"},
    {"{\"providers\": {\"s3Config\": 1}}", ": providers.s3Config: an object is wanted"},
    {"{\"providers\": {\"s3Config\": {\"buckets\": 1}}}",
     ": providers.s3Config.buckets: there is no such"},
    {"{\"providers\": {\"s3Config\": {\"retainData\": \"yes\"}}}",
     ": providers.s3Config.retainData: true or false is wanted"},
    {"{\"providers\": {\"s3Config\": {\"secretAccessKey\": \"********\"}}}",
     ": providers.s3Config.secretAccessKey: that is only the mask"},
};

START_TEST(defaults_that_are_wrong_are_named)
{
    ck_assert_int_eq(parse_defaults(bad_defaults[_i].text, "auto"), -1);
    ck_assert_msg(strstr(problem.message, bad_defaults[_i].words) != NULL, "%s", problem.message);
    ck_assert_ptr_nonnull(strstr(problem.message, path));
    ck_assert_ptr_null(strstr(problem.message, "topsecret"));
}
END_TEST

static TCase *option_tests(void)
{
    TCase *t = tcase_create("options");

    tcase_add_test(t, a_dry_run_pretends_only_if_it_is_told_to);
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
    tcase_add_test(t, nothing_said_means_the_defaults);
    tcase_add_test(t, every_option_can_be_said);
    tcase_add_test(t, debug_implies_the_foreground);
    tcase_add_test(t, help_and_version_need_nothing_else);
    tcase_add_loop_test(t, what_is_asked_about_is_an_account_or_a_mount, 0,
                        sizeof questions / sizeof questions[0]);
    tcase_add_test(t, after_two_dashes_a_mount_point_may_begin_with_one);
    tcase_add_test(t, a_relative_file_is_found_after_the_directory_was_left);
    tcase_add_loop_test(t, the_address_has_an_order, 0, sizeof addresses / sizeof addresses[0]);
    tcase_add_test(t, a_demo_has_no_address);
    return t;
}

static TCase *defaults_tests(void)
{
    TCase *t = tcase_create("defaults");

    tcase_add_checked_fixture(t, make_file, remove_file);
    tcase_add_test(t, defaults_are_kept_by_kind);
    tcase_add_test(t, an_empty_object_has_no_defaults);
    tcase_add_test(t, a_dialect_that_is_known_decides_on_the_keys);
    tcase_add_loop_test(t, defaults_that_are_wrong_are_named, 0,
                        sizeof bad_defaults / sizeof bad_defaults[0]);
    return t;
}

int main(void)
{
    Suite *s = suite_create("options");

    suite_add_tcase(s, option_tests());
    suite_add_tcase(s, defaults_tests());
    return run_tests(srunner_create(s));
}
