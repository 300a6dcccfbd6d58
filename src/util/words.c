/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/words.h"

#include "util/scrub.h"
#include "util/utf8.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_REMEMBERED 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards `keys`; a leaf */
static char *keys[KEYS_REMEMBERED];                      /* the newest first */

/* --- cleaning ----------------------------------------------------------------------------------
 */

/* Puts what stands for the character at `text` there, which is no more than it; returns how many
 * bytes that are. */
static size_t clean_character(char *text, int size)
{
    if (size > 0 && !utf8_is_control(text, (size_t)size))
        return (size_t)size;
    *text = size > 0 ? ' ' : '?';
    return 1;
}

size_t words_clean(char *text, size_t size_bytes)
{
    size_t used = utf8_plain(text, size_bytes);

    for (size_t at = used; at < size_bytes;) {
        size_t plain = utf8_plain(text + at, size_bytes - at);
        int size = plain > 0 ? 0 : utf8_character(text + at, size_bytes - at);
        size_t kept = plain > 0 ? plain : clean_character(text + at, size);

        memmove(text + used, text + at, kept);
        used += kept;
        at += plain > 0 ? plain : size > 0 ? (size_t)size : 1;
    }
    return used;
}

void words_clean_text(char *text)
{
    text[words_clean(text, strlen(text))] = '\0';
}

/* --- lists -------------------------------------------------------------------------------------
 */

static void wipe(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

bool word_list_add(struct word_list *list, const char *text)
{
    char **texts = reallocarray(list->texts, list->count + 2, sizeof *texts);

    if (texts == NULL)
        return false;
    list->texts = texts;
    texts[list->count] = strdup(text);
    texts[list->count + 1] = NULL;
    if (texts[list->count] == NULL)
        return false;
    list->count++;
    return true;
}

const char *const *word_list_texts(const struct word_list *list)
{
    return (const char *const *)list->texts;
}

void word_list_finish(struct word_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        wipe(list->texts[i]);
    free(list->texts);
    *list = WORD_LIST_EMPTY;
}

/* --- keys --------------------------------------------------------------------------------------
 */

static bool is_known(const char *key)
{
    for (size_t i = 0; i < KEYS_REMEMBERED; i++)
        if (keys[i] != NULL && strcmp(keys[i], key) == 0)
            return true;
    return false;
}

void words_add_key(const char *key)
{
    char *copy = key == NULL || *key == '\0' ? NULL : strdup(key);

    pthread_mutex_lock(&lock);
    if (copy != NULL && !is_known(copy)) {
        char *oldest = keys[KEYS_REMEMBERED - 1];
        memmove(keys + 1, keys, (KEYS_REMEMBERED - 1) * sizeof *keys);
        keys[0] = copy;
        copy = oldest;
    }
    pthread_mutex_unlock(&lock);
    wipe(copy);
}

bool words_list_keys(struct word_list *out)
{
    bool ok = true;

    pthread_mutex_lock(&lock);
    for (size_t i = 0; ok && i < KEYS_REMEMBERED && keys[i] != NULL; i++)
        ok = word_list_add(out, keys[i]);
    pthread_mutex_unlock(&lock);
    return ok;
}

/* --- words of our own --------------------------------------------------------------------------
 */

static bool hide_keys(struct buf *text)
{
    struct word_list list = WORD_LIST_EMPTY;
    bool ok = words_list_keys(&list);
    const struct scrub scrub = {word_list_texts(&list), NULL};

    ok = ok && scrub_own(text, &scrub);
    word_list_finish(&list);
    return ok;
}

bool words_hide(struct buf *text, const char *const *secrets, const char *const *open)
{
    const struct scrub scrub = {secrets, open};

    if (text->size_bytes == 0)
        return true;
    if (!hide_keys(text) || !scrub_own(text, &scrub)) {
        buf_resize(text, 0);
        return false;
    }
    return true;
}

/* Cleans it; `*changed`: there was something to clean. */
static bool clean_text(struct buf *text, bool *changed)
{
    struct buf was = BUF_EMPTY;

    *changed = false;
    if (text->size_bytes == 0)
        return true;
    bool ok = buf_append(&was, text->data, text->size_bytes) &&
              buf_resize(text, words_clean(text->data, text->size_bytes));
    *changed = ok && (was.size_bytes != text->size_bytes ||
                      memcmp(was.data, text->data, was.size_bytes) != 0);
    if (was.data != NULL)
        explicit_bzero(was.data, was.size_bytes);
    buf_finish(&was);
    return ok;
}

bool words_make_safe(struct buf *text, const char *const *secrets, const char *const *open)
{
    bool changed;

    return words_hide(text, secrets, open) && clean_text(text, &changed) &&
           (!changed || words_hide(text, secrets, open));
}

bool words_make_safe_foreign(struct buf *text, const struct scrub *scrub)
{
    bool changed;

    return scrub_foreign(text, scrub) && clean_text(text, &changed) &&
           (!changed || scrub_foreign(text, scrub));
}

void words_make_safe_text(char *text, size_t size_bytes)
{
    struct buf words = BUF_EMPTY;
    size_t size = 0;

    if (buf_append_text(&words, text) && words_make_safe(&words, NULL, NULL))
        size = utf8_cut(buf_text(&words), words.size_bytes, size_bytes - 1);
    memcpy(text, buf_text(&words), size);
    text[size] = '\0';
    buf_finish(&words);
}
