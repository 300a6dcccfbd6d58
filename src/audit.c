/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "audit.h"

#include "systemd.h"
#include "util/json.h"
#include "util/json_view.h"
#include "util/log.h"
#include "util/outbox.h"
#include "util/utf8.h"
#include "util/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAITING_MAX_BYTES ((size_t)2 << 20) /* of entries that the journal has not taken yet */
#define KEYS_BYTES        2048              /* of the names of keys are told at most so much */
#define END_MS            1000

struct audit {
    struct outbox *outbox;
    char *mount_point;
};

/* --- to the journal ----------------------------------------------------------------------------
 */

#define FIELDS_MAX 20

/* sd_journal_sendv says of nobody who listens that all is well. */
static bool has_journal(void)
{
    return access("/run/systemd/journal/socket", F_OK) == 0;
}

/* sd_journal_sendv writes to none of them. */
static void set_field(struct iovec *field, const char *text, size_t size)
{
    memcpy(&field->iov_base, &text, sizeof text);
    field->iov_len = size;
}

/* An entry's lines are its fields. */
static bool send_entry(const char *entry)
{
    struct iovec fields[FIELDS_MAX];
    int count = 0;

    if (!has_journal())
        return false;
    while (*entry != '\0' && count < FIELDS_MAX) {
        size_t size = strcspn(entry, "\n");

        set_field(&fields[count++], entry, size);
        entry += size + (entry[size] == '\n');
    }
    return systemd_journal(fields, count);
}

#define MESSAGE "MESSAGE="

/* The message comes first. */
static void deliver_entry(const char *entry)
{
    if (!send_entry(entry))
        log_info("%.*s", (int)(strcspn(entry, "\n") - strlen(MESSAGE)), entry + strlen(MESSAGE));
}

static void deliver(const char *entry, unsigned long lost)
{
    char words[120];

    snprintf(words, sizeof words,
             MESSAGE "%lu changes are not told of here: they came faster than they were taken\n"
                     "PRIORITY=4\n",
             lost);
    if (lost > 0)
        deliver_entry(words);
    deliver_entry(entry);
}

/* --- what an entry says ------------------------------------------------------------------------
 */

/* What is told of a line of the journal, each with its MESSAGE_ID. */
static const char *const message_ids[JOURNALS_COUNT] = {
    [JOURNAL_CHANGES] = "a8f903f15be44647b56ba12918268533",
    [JOURNAL_SEEN] = "9d0575f266304272be2b0f9718596ea2",
};

static const struct {
    const char *field;
    const char *key;
} rows[] = {
    {"PAPERSPACE_ID", "id"},         {"PAPERSPACE_PATH", "path"},   {"PAPERSPACE_OP", "op"},
    {"PAPERSPACE_PID", "pid"},       {"PAPERSPACE_UID", "uid"},     {"PAPERSPACE_COMM", "comm"},
    {"PAPERSPACE_METHOD", "method"}, {"PAPERSPACE_URL", "url"},     {"PAPERSPACE_STATUS", "status"},
    {"PAPERSPACE_EVENT", "event"},   {"PAPERSPACE_CHANGE", "kind"},
};

/* A value of the line as text, "" where it has none; valid as long as the line. */
static const char *text_of(struct json_object *line, const char *key)
{
    struct json_object *value = json_member(line, key);

    return value == NULL ? "" : json_object_get_string(value);
}

/* A field is one line: what could begin another is a blank, as every control character. */
static bool add_field(struct buf *entry, const char *field, const char *value)
{
    struct buf words = BUF_EMPTY;
    bool ok = buf_append_text(&words, value) && words_make_safe(&words, NULL, NULL) &&
              buf_printf(entry, "%s=%s\n", field, buf_text(&words));

    buf_finish(&words);
    return ok;
}

/* Which keys were sent, or are others now: their names only. */
static bool add_keys(struct buf *entry, struct json_object *object)
{
    const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
    struct json_entries walk =
        json_view_entries(json_view_of_slice(json_slice_of(text, strlen(text)), NULL));
    struct buf names = BUF_EMPTY;
    bool ok = true;

    if (json_view_type(walk.view) != '{')
        return true;
    while (ok && json_entries_next(&walk))
        ok = buf_printf(&names, "%s%s", names.size_bytes > 0 ? " " : "", walk.key);
    ok = ok && !walk.failed;
    json_entries_finish(&walk);
    size_t size = utf8_cut(buf_text(&names), names.size_bytes, KEYS_BYTES);
    ok = ok && buf_resize(&names, size) && add_field(entry, "PAPERSPACE_KEYS", buf_text(&names));
    buf_finish(&names);
    return ok;
}

static bool add_message(struct buf *entry, enum journal_name name, struct json_object *line)
{
    struct buf words = BUF_EMPTY;
    const char *path = text_of(line, "path");
    const char *status = text_of(line, "status");
    const char *method = text_of(line, "method");
    bool ok =
        name == JOURNAL_SEEN
            ? buf_printf(&words, "%s elsewhere: %s", text_of(line, "kind"), path)
            : buf_printf(&words, "%s %s by %s[%s], uid %s: %s%s%s", text_of(line, "op"), path,
                         text_of(line, "comm"), text_of(line, "pid"), text_of(line, "uid"),
                         *method == '\0' ? "done" : method, *method == '\0' ? "" : ", answered by ",
                         *method == '\0'   ? ""
                         : *status == '\0' ? "nothing"
                                           : status);

    ok = ok && add_field(entry, "MESSAGE", buf_text(&words));
    buf_finish(&words);
    return ok;
}

static bool write_entry(struct buf *entry, const struct audit *audit, enum journal_name name,
                        struct json_object *line)
{
    bool ok = add_message(entry, name, line) &&
              buf_printf(entry, "MESSAGE_ID=%s\nPRIORITY=6\n", message_ids[name]) &&
              add_field(entry, "PAPERSPACE_MOUNT", audit->mount_point);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (json_member(line, rows[i].key) != NULL)
            ok = ok && add_field(entry, rows[i].field, text_of(line, rows[i].key));
    return ok && add_keys(entry, json_member(line, name == JOURNAL_SEEN ? "keys" : "body"));
}

void audit_hear(void *arg, enum journal_name name, struct json_object *line)
{
    struct audit *audit = arg;
    struct buf entry = BUF_EMPTY;

    if (message_ids[name] != NULL && write_entry(&entry, audit, name, line))
        outbox_post(audit->outbox, buf_text(&entry));
    buf_finish(&entry);
}

/* --- its life ----------------------------------------------------------------------------------
 */

struct audit *audit_start(const char *mount_point)
{
    struct audit *audit = calloc(1, sizeof *audit);

    if (audit == NULL)
        return NULL;
    audit->mount_point = strdup(mount_point);
    if (audit->mount_point != NULL)
        audit->outbox = outbox_start(deliver, WAITING_MAX_BYTES);
    if (audit->outbox != NULL)
        return audit;
    free(audit->mount_point);
    free(audit);
    return NULL;
}

void audit_end(struct audit *audit)
{
    if (audit == NULL)
        return;
    unsigned long lost = outbox_end(audit->outbox, END_MS);

    if (lost > 0)
        log_warning("%lu changes are in no journal: it did not take them", lost);
    free(audit->mount_point);
    free(audit);
}
