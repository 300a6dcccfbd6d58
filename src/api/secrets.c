/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/secrets.h"

#include "kinds/kind.h"
#include "util/json.h"
#include "util/json_layout.h"

#include <string.h>

#define MASK_MARK "****" /* what a masked value holds at least */

static bool mask_member(struct json_object *object, const char *key, struct json_object *value)
{
    if (value == NULL || !field_is_secret(key))
        return secrets_mask(value);
    struct json_object *mask = json_object_new_string(SECRET_MASK);

    if (mask != NULL && json_object_object_add(object, key, mask) == 0)
        return true;
    json_object_put(mask);
    return false;
}

static bool mask_members(struct json_object *object)
{
    bool ok = true;

    json_object_object_foreach (object, key, value) {
        ok = ok && mask_member(object, key, value);
    }
    return ok;
}

bool secrets_mask(struct json_object *value)
{
    bool ok = true;

    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; ok && i < json_object_array_length(value); i++)
            ok = secrets_mask(json_object_array_get_idx(value, i));
    if (json_object_is_type(value, json_type_object))
        ok = mask_members(value);
    return ok;
}

/* --- in texts --------------------------------------------------------------------------------- */

/* Calls `judge` with what a string, or key, means. */
static bool judge_string(struct json_slice string, bool (*judge)(const char *, size_t))
{
    struct buf decoded = BUF_EMPTY;

    if (memchr(string.text, '\\', string.size_bytes) == NULL)
        return judge(string.text + 1, string.size_bytes - 2);
    bool result =
        json_slice_decode(string, &decoded) && judge(buf_text(&decoded), decoded.size_bytes);
    buf_finish(&decoded);
    return result;
}

bool secrets_is_key(struct json_slice key)
{
    return judge_string(key, field_key_is_secret);
}

bool secrets_print(struct buf *out, struct json_slice value, bool pretty, bool show)
{
    const struct json_layout layout = {
        .pretty = pretty, .hides = show ? NULL : secrets_is_key, .mask = "\"" SECRET_MASK "\""};

    return json_lay_out(out, value, &layout);
}

bool secrets_is_mask(const char *text, size_t size_bytes)
{
    size_t stars = 0;

    while (stars < size_bytes && text[stars] == '*')
        stars++;
    return (size_bytes > 0 && stars == size_bytes) ||
           memmem(text, size_bytes, MASK_MARK, sizeof MASK_MARK - 1) != NULL;
}

static bool is_told(struct json_slice secret)
{
    char type = json_slice_type(secret);

    return type != 'n' && (type != '"' || !judge_string(secret, secrets_is_mask));
}

bool secrets_are_told(struct json_slice value)
{
    struct json_walk walk = json_walk_into(value);

    while (json_walk_next(&walk))
        if (walk.object && secrets_is_key(walk.key) ? is_told(walk.value)
                                                    : secrets_are_told(walk.value))
            return true;
    return false;
}

/* --- collecting --------------------------------------------------------------------------------
 */

struct collector {
    struct word_list *secrets;
    struct word_list *open;
};

static bool collect_text(const struct collector *to, struct json_view value, bool secret)
{
    struct buf text = BUF_EMPTY;

    if (!secret && to->open->count >= SECRETS_MAX_OPEN)
        return true;
    bool ok = json_view_text(value, &text) &&
              (buf_text(&text)[0] == '\0' ||
               word_list_add(secret ? to->secrets : to->open, buf_text(&text)));

    if (text.data != NULL)
        explicit_bzero(text.data, text.capacity_bytes);
    buf_finish(&text);
    return ok;
}

static bool collect(const struct collector *to, struct json_view value, bool secret)
{
    struct json_entries walk = json_view_entries(value);
    char type = json_view_type(value);
    bool ok = true;

    while (ok && json_entries_next(&walk)) {
        bool inner = secret || (walk.key != NULL && field_is_secret(walk.key));
        ok = (walk.key == NULL || to->open->count >= SECRETS_MAX_OPEN ||
              word_list_add(to->open, walk.key)) &&
             collect(to, walk.value, inner);
    }
    ok = ok && !walk.failed;
    json_entries_finish(&walk);
    return type == '"' || type == '0' ? collect_text(to, value, secret) : ok;
}

bool secrets_collect(struct json_view value, struct word_list *secrets, struct word_list *open)
{
    const struct collector to = {secrets, open};

    return collect(&to, value, false);
}

bool secrets_collect_text(const char *text, size_t text_bytes, struct word_list *secrets,
                          struct word_list *open)
{
    return secrets_collect(json_view_of_slice(json_slice_of(text, text_bytes), NULL), secrets,
                           open);
}
