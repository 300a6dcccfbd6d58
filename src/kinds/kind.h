/* SPDX-License-Identifier: MIT */
/*
 * Kinds of resources and dialects of the API, as const rows. Adding a kind is one new file with
 * one row, named in KINDS; no other room knows a kind by name.
 */
#ifndef KINDS_KIND_H
#define KINDS_KIND_H

#include <stdbool.h>
#include <stddef.h>

enum dialect { DIALECT_DOCS, DIALECT_OPENAPI, DIALECT_COUNT };

enum field_type { FIELD_STRING, FIELD_INTEGER, FIELD_BOOLEAN, FIELD_OBJECT };

enum field_flag {
    FIELD_CREATE = 1 << 0,     /* may be given when creating */
    FIELD_REQUIRED = 1 << 1,   /* must be given when creating (inside an object: with it) */
    FIELD_UPDATE = 1 << 2,     /* may be changed; without it: read-only */
    FIELD_NULLABLE = 1 << 3,   /* null clears it */
    FIELD_SECRET = 1 << 4,     /* masked in documents, kept from logs */
    FIELD_UNANSWERED = 1 << 5, /* can be given, is never in an answer */
    FIELD_FALSE = 1 << 6, /* every change of the whole must have it, and not as null: false goes */
    FIELD_CODE = 1 << 7   /* may be answered in capitals, or as a label: "East Coast (NY2)" */
};

struct field {
    const char *key; /* NULL ends a table */
    enum field_type type;
    unsigned flags;              /* of enum field_flag */
    const struct field *members; /* of a FIELD_OBJECT; else NULL */
    const char *initial;         /* the kind's own default on create, as JSON; NULL: none */
};

enum update_style {
    UPDATE_NONE,    /* the resource can't be changed */
    UPDATE_PARTIAL, /* a PUT takes the changed fields only */
    UPDATE_WHOLE    /* a PUT takes every field that can be changed, merged into a fresh GET */
};

/* How a restore is asked for; a kind without one has NULL. */
struct restore_row {
    const char *default_body;   /* the body with a safety snapshot asked for; NULL: takes no body */
    const char *plain_body;     /* the body without one */
    bool safety;                /* whether the server can take a safety snapshot first */
    const struct field *fields; /* what a body given by the user may hold; NULL: none */
};

/* The keys that say how a resource is mounted by SMB. */
struct smb_row {
    const char *mount_point_key; /* a UNC path */
    const char *username_key;
    const char *password_key;
};

/* A kind in one dialect; without fields the dialect has none such. */
struct kind_shape {
    const struct field *fields; /* all that are known, in the API's order; others are read-only */
    enum update_style update;
    bool paged;                 /* whether its list takes limit and after */
    const char *completing_key; /* a list's item without this key is completed by a GET; or NULL */
    bool create_answers_event;  /* the answer of create is {data, event} */
    bool delete_answers_event;  /* likewise of delete, which is asynchronous then */
    const struct restore_row *restore; /* NULL: there is none */
    const struct smb_row *smb;         /* NULL: it can't be mounted */
};

enum create_style {
    CREATE_NOT,      /* cannot be created */
    CREATE_BY_DRAFT, /* mkdir starts a draft, the last required field creates */
    CREATE_IN_VIEW /* mkdir in its view, machines/ID/NAME, creates at once: that is all it needs */
};

/* A second directory of a kind at the root: its resources by what they belong to, the machine_key.
 * Such a group of them is a directory that is called by the ID. */
struct view_row {
    const char *directory; /* "machines" */
    const char *noun;      /* what a group is of, "machine" */
    const char *id_word;   /* how its ID is called in what people read, "MACHINEID" */
};

struct kind {
    const char *noun;     /* "drive" */
    const char *plural;   /* the directory at the root, "drives"; for a singleton NULL */
    const char *path;     /* the API's, "/shared-drives" */
    const char *document; /* the document's file name, "drive.json" */
    bool singleton;       /* one document at the root, no list, no id: utilization; what lacks one
                             of its fields, or has it in another type, is none */
    enum create_style create;
    const char *machine_key;     /* the field that names the machine, "machineId"; or NULL */
    const struct view_row *view; /* by machine_key; NULL: there is none */
    const char *automatic_key; /* a boolean field: true for resources whose names rotate; or NULL */
    bool deletable;            /* whether one can be deleted at all */
    unsigned delete_points;    /* what a deletion costs the guard */
    unsigned restore_points;   /* what a restore costs the guard */
    struct kind_shape shapes[DIALECT_COUNT];
};

enum list_style {
    LIST_PAGE, /* {hasMore, items, nextPage} */
    LIST_ARRAY /* a bare array; the next page is after the last item's id */
};

struct dialect_row {
    const char *name; /* "docs" */
    enum list_style list;
    const char *data_key;     /* in an answer that also has an event: the resource */
    const char *event_key;    /* and the event */
    const char *events_path;  /* "/machine-events"; NULL: the dialect has none */
    const char *session_path; /* "/auth/session"; NULL: none */
};

/* clang-format off */
/* All kinds, in the order in which the root shows them: kind_drives and so on. */
#define KINDS(ROW)  \
    ROW(drives)     \
    ROW(snapshots)  \
    ROW(providers)  \
    ROW(utilization)
/* clang-format on */

#define KIND_DECLARED(name) extern const struct kind kind_##name;
KINDS(KIND_DECLARED)

#define KIND_NUMBERED(name) KIND_NUMBER_##name,
enum { KINDS(KIND_NUMBERED) KINDS_COUNT };

/* In that order; ends with NULL. */
extern const struct kind *const kinds_all[];
/* The index of `kind` in kinds_all, for tables of other rooms. */
static inline size_t kind_index(const struct kind *kind)
{
    size_t i = 0;

    while (kinds_all[i] != NULL && kinds_all[i] != kind)
        i++;
    return i;
}

/* The kind that is one document at the root. */
const struct kind *kinds_singleton(void);

/* Whether the dialect has such a kind. */
bool kind_is_in(const struct kind *kind, enum dialect dialect);
/* Whether anything of it can be changed: made, edited, deleted. */
bool kind_changes(const struct kind *kind);

extern const struct dialect_row dialect_rows[DIALECT_COUNT];

/* The row of `key` (not NUL-terminated: `size_bytes` long) in a table, or NULL. */
const struct field *field_find(const struct field *fields, const char *key, size_t size_bytes);
/* Whether any field of that key, in any kind, dialect and depth, is secret. */
bool field_is_secret(const char *key);
/* The same of a key that does not end with a NUL. */
bool field_key_is_secret(const char *key, size_t size_bytes);

/* Whether the text mentions the key of a secret in quotes, as a document that has one does. */
bool field_text_has_secret(const char *text);

#endif
