/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/described.h"

#include "util/clock.h"

#include <string.h>

enum { ID, NAME, MACHINE, CREATED, AUTOMATIC, COMPLETING, MEMBERS };

/* The members that matter, as they are written. */
struct described_members {
    const char *keys[MEMBERS]; /* NULL: the kind has none */
    struct json_slice values[MEMBERS];
};

static void look_at(struct described_members *members, struct json_slice key,
                    struct json_slice value)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        const char *wanted = members->keys[i];

        if (wanted != NULL && (key.text[1] == wanted[0] || key.text[1] == '\\') &&
            json_slice_is(key, wanted))
            members->values[i] = value;
    }
}

static void look_through(struct described_members *members, const struct kind *kind,
                         enum dialect dialect, struct json_slice json)
{
    *members =
        (struct described_members){.keys = {[ID] = kind->singleton ? NULL : "id",
                                            [NAME] = "name",
                                            [MACHINE] = kind->machine_key,
                                            [CREATED] = "dtCreated",
                                            [AUTOMATIC] = kind->automatic_key,
                                            [COMPLETING] = kind->shapes[dialect].completing_key}};
    struct json_walk walk = json_walk_into(json);

    while (json_walk_next(&walk))
        look_at(members, walk.key, walk.value);
}

/* --- texts ------------------------------------------------------------------------------------ */

static const struct described_text none = {"", 0};

/* What a string means, decoded into `own` if need be; "" of anything else. False: no memory. */
static bool decode(struct json_slice value, struct buf *own, struct described_text *out)
{
    *out = none;
    if (json_slice_type(value) != '"')
        return true;
    *out = (struct described_text){value.text + 1, value.size_bytes - 2};
    if (memchr(out->data, '\\', out->size_bytes) == NULL)
        return true;
    bool ok = json_slice_decode(value, own);
    *out = (struct described_text){buf_text(own), own->size_bytes};
    return ok;
}

/* What could be no id (id_is_valid), or has a NUL byte that would hide the rest, is "". */
static bool decode_id(struct json_slice value, struct buf *own, struct described_text *out)
{
    bool ok = decode(value, own, out);
    bool dots = out->size_bytes <= 2 && memcmp(out->data, "..", out->size_bytes) == 0;

    if (dots || memchr(out->data, '\0', out->size_bytes) != NULL)
        *out = none;
    return ok;
}

/* A date is a short text; anything longer is none. */
static int64_t parse_date(struct json_slice value)
{
    char date[64];
    struct buf own = BUF_EMPTY;
    struct described_text text;
    bool ok = decode(value, &own, &text) && text.size_bytes < sizeof date;

    if (ok) {
        memcpy(date, text.data, text.size_bytes);
        date[text.size_bytes] = '\0';
    }
    buf_finish(&own);
    return ok ? clock_parse_iso(date) : CLOCK_NO_DATE;
}

/* --- the whole -------------------------------------------------------------------------------- */

bool described_read(struct described *described, const struct kind *kind, enum dialect dialect,
                    struct json_slice json)
{
    struct described_members members;
    const struct json_slice *values = members.values;

    look_through(&members, kind, dialect, json);
    *described = (struct described){
        .created_ms = parse_date(values[CREATED]),
        .automatic = json_slice_type(values[AUTOMATIC]) == 't',
        .complete = members.keys[COMPLETING] == NULL || values[COMPLETING].text != NULL,
    };
    return decode_id(values[ID], &described->own[0], &described->id) &&
           decode(values[NAME], &described->own[1], &described->name) &&
           decode_id(values[MACHINE], &described->own[2], &described->machine);
}

void described_finish(struct described *described)
{
    for (size_t i = 0; i < DESCRIBED_TEXTS; i++)
        buf_finish(&described->own[i]);
}
