/* SPDX-License-Identifier: MIT */
/*
 * The kinds of resources, as const rows, and the operations on them. Adding a kind is one new file
 * with one row, named in EMU_KINDS; no other file knows a kind by name, but those whose resources
 * refer to each other.
 */
#ifndef EMULATOR_KINDS_H
#define EMULATOR_KINDS_H

#include "emulator/core.h"
#include "emulator/emu_answer.h"
#include "emulator/ids.h"
#include "emulator/request.h"

/* clang-format off */
/* All kinds. Of two paths that match a request the first is taken. */
#define EMU_KINDS(ROW) \
    ROW(session)       \
    ROW(drives)        \
    ROW(snapshots)     \
    ROW(events)        \
    ROW(utilization)   \
    ROW(providers)
/* clang-format on */

/* JSON is made of C tokens, so the preprocessor can quote it. */
#define EMU_JSON(...) #__VA_ARGS__

/* Answers one request; the lock is held. */
typedef void emu_operation(struct emulator *emulator, const struct emu_kind *kind,
                           const struct emu_request *request, struct emu_answer *answer);

/* What can be asked of a kind; tables of them end with a row without a method. */
struct emu_route {
    const char *method;
    const char *below; /* what follows the kind's path: "", or segments; a star is any one */
    emu_operation *operation;
    bool open; /* answers without a valid key too */
};

/* A kind in one dialect. What is NULL is not needed or not offered. */
struct emu_shape {
    const struct emu_route *routes; /* NULL: the dialect has no such kind */
    bool paged;                     /* its list takes after and limit */
    const char *const *filters;     /* parameters of a list, and what it can be ordered by; */
    const char *const *orders;      /* each ends with NULL */
    const struct emu_field *create;
    const struct emu_field *update;

    /* Judges a valid body; false with the answer set refuses it. */
    bool (*admit)(struct json_object *body, struct emu_answer *answer);

    /* A new document, owned by the caller. */
    struct json_object *(*make)(struct emulator *emulator, const char *id, const char *date,
                                struct json_object *body);

    /* Brings a valid body into the item's document. */
    void (*change)(struct emulator *emulator, struct emu_item *item, struct json_object *body);

    /* The document as answered, owned by the caller. */
    struct json_object *(*view)(struct emulator *emulator, const struct emu_item *item,
                                bool listed);

    /* The sample account's, a JSON text each, newest first; ends with NULL. */
    const char *const *sample;

    /* What --populate makes in its place, owned by the caller; the same in every run. */
    struct json_object *(*populate)(size_t number, const char *id, const char *machine,
                                    const char *date);
};

enum emu_holding {
    EMU_MANY, /* resources, each with an id */
    EMU_ONE,  /* one document */
    EMU_NONE  /* its answers are made when asked for */
};

struct emu_kind {
    const char *noun;   /* for messages */
    const char *path;   /* "shared-drives"; its last segment is the data file's key */
    const char *prefix; /* of its ids */
    int id_length;      /* of what follows the prefix */
    enum emu_holding holds;
    struct emu_shape shapes[EMU_DIALECTS];
};

#define EMU_KIND_DECLARED(name) extern const struct emu_kind emu_##name;
EMU_KINDS(EMU_KIND_DECLARED)

#define EMU_KIND_NUMBERED(name) EMU_KIND_NUMBER_##name,
enum { EMU_KINDS(EMU_KIND_NUMBERED) EMU_KINDS_COUNT };

/* Ends with NULL. */
extern const struct emu_kind *const emu_kinds_all[];

/* The kind as the emulator's dialect has it. */
const struct emu_shape *emu_shape(const struct emulator *emulator, const struct emu_kind *kind);
/* What the emulator has of the kind. */
struct emu_stock *emu_stock(struct emulator *emulator, const struct emu_kind *kind);
struct emu_collection *emu_items(struct emulator *emulator, const struct emu_kind *kind);

/* Of any kind, by its rows. emu_kind_one is the GET of a kind of one. */
emu_operation emu_kind_list;
emu_operation emu_kind_get;
emu_operation emu_kind_create;
emu_operation emu_kind_update;
emu_operation emu_kind_delete;
emu_operation emu_kind_one;

/* Those: all five of a kind of many; of one that can only be read; of a kind of one. */
extern const struct emu_route emu_routes_all[];
extern const struct emu_route emu_routes_read[];
extern const struct emu_route emu_routes_one[];

/* An id that the kind has never had. */
void emu_id_new(struct emulator *emulator, const struct emu_kind *kind, char id[EMU_ID_SIZE]);

/* The item that the path names; NULL with the answer set to 404. */
struct emu_item *emu_kind_find(struct emulator *emulator, const struct emu_kind *kind,
                               const struct emu_request *request, struct emu_answer *answer);

/*
 * Makes a resource from a valid body, with a new id and the current date;
 * NULL without memory.
 */
struct emu_item *emu_kind_make(struct emulator *emulator, const struct emu_kind *kind,
                               struct json_object *body);

/* The view of most kinds: the document as it is. */
struct json_object *emu_view_document(struct emulator *emulator, const struct emu_item *item,
                                      bool listed);

/* The change of most kinds: each key of the body replaces that of the document. */
void emu_change_keys(struct emulator *emulator, struct emu_item *item, struct json_object *body);

#endif
