/* SPDX-License-Identifier: MIT */
/* Storage providers. */
#include "config.h"

#include "emulator/kinds.h"
#include "emulator/validate.h"

#include <string.h>

/* What a masked secret is answered as; in a request it is a value like any other. */
#define MASK "********"

static const char *const orders[] = {"dtCreated", NULL};
static const char *const regions[] = {"ny2", "ca1", "ams1", NULL};
static const char *const docs_types[] = {"s3", NULL};
static const char *const openapi_types[] = {"s3", "gcs", "azure-blob", NULL};

static const struct emu_field s3_config[] = {
    {.name = "accessKey", .types = EMU_STRING, .required = true},
    {.name = "bucket", .types = EMU_STRING, .required = true},
    {.name = "endpoint", .types = EMU_STRING | EMU_NULL, .check = emu_check_uri},
    {.name = "region", .types = EMU_STRING | EMU_NULL, .values = regions},
    {.name = "retainData", .types = EMU_BOOLEAN | EMU_NULL},
    {.name = "secretAccessKey", .types = EMU_STRING, .required = true},
    {.name = "signatureVersion", .types = EMU_STRING | EMU_NULL},
    {.name = NULL},
};

static const struct emu_field docs_create[] = {
    {.name = "isTeamDefault", .types = EMU_BOOLEAN},
    {.name = "name", .types = EMU_STRING, .required = true},
    {.name = "s3Config", .types = EMU_OBJECT, .required = true, .fields = s3_config},
    {.name = "storageProviderType", .types = EMU_STRING, .required = true, .values = docs_types},
    {.name = NULL},
};

static const struct emu_field docs_update[] = {
    {.name = "isTeamDefault", .types = EMU_BOOLEAN, .required = true},
    {.name = "name", .types = EMU_STRING, .required = true},
    {.name = "s3Config", .types = EMU_OBJECT, .required = true, .fields = s3_config},
    {.name = NULL},
};

static const struct emu_field openapi_fields[] = {
    {.name = "name", .types = EMU_STRING, .required = true},
    {.name = "type", .types = EMU_STRING, .required = true, .values = openapi_types},
    {.name = "bucket", .types = EMU_STRING},
    {.name = "region", .types = EMU_STRING},
    {.name = "accessKey", .types = EMU_STRING},
    {.name = "secretKey", .types = EMU_STRING},
    {.name = NULL},
};

/* There is one default at most. */
static void clear_default(struct emulator *emulator)
{
    const struct emu_index *index =
        emu_collection_order(emu_items(emulator, &emu_providers), EMU_BY_DATE);

    for (size_t i = 0; i < index->count; i++)
        if (json_object_get_boolean(json_object_object_get(index->items[i]->doc, "isTeamDefault")))
            emu_json_put(index->items[i]->doc, "isTeamDefault", json_object_new_boolean(0));
}

static void put_default(struct emulator *emulator, struct json_object *provider,
                        struct json_object *body)
{
    struct json_object *value = json_object_object_get(body, "isTeamDefault");

    if (json_object_get_boolean(value))
        clear_default(emulator);
    if (value != NULL)
        emu_json_put(provider, "isTeamDefault", json_object_get(value));
}

/* Each field that can be given is answered, as null where it was not. */
static void put_s3_config(struct json_object *target, struct json_object *given)
{
    for (const struct emu_field *field = s3_config; field->name != NULL; field++)
        emu_json_share(target, given, field->name);
}

static struct json_object *docs_make(struct emulator *emulator, const char *id, const char *date,
                                     struct json_object *body)
{
    struct json_object *provider = json_object_new_object(), *config = json_object_new_object();

    (void)date;
    emu_json_put_string(provider, "id", id);
    emu_json_put(provider, "isManaged", json_object_new_boolean(0));
    emu_json_put(provider, "isTeamDefault", json_object_new_boolean(0));
    put_default(emulator, provider, body);
    emu_json_share(provider, body, "name");
    put_s3_config(config, json_object_object_get(body, "s3Config"));
    emu_json_put(provider, "s3Config", config);
    return provider;
}

static void docs_change(struct emulator *emulator, struct emu_item *item, struct json_object *body)
{
    struct json_object *config = json_object_object_get(item->doc, "s3Config");

    put_default(emulator, item->doc, body);
    emu_json_share(item->doc, body, "name");
    if (!json_object_is_type(config, json_type_object)) {
        config = json_object_new_object();
        emu_json_put(item->doc, "s3Config", config);
    }
    put_s3_config(config, json_object_object_get(body, "s3Config"));
}

/* A copy one level deep, without the keys in the list. */
static struct json_object *copy_without(struct json_object *source, const char *const *keys)
{
    struct json_object *copy = emu_json_copy(source);

    for (; *keys != NULL; keys++)
        json_object_object_del(copy, *keys);
    return copy;
}

static void mask_secret(struct json_object *provider)
{
    struct json_object *config = json_object_object_get(provider, "s3Config");

    if (json_object_object_get(config, "secretAccessKey") == NULL)
        return;
    config = emu_json_copy(config);
    emu_json_put_string(config, "secretAccessKey", MASK);
    emu_json_put(provider, "s3Config", config);
}

static struct json_object *docs_view(struct emulator *emulator, const struct emu_item *item,
                                     bool listed)
{
    static const char *const dropped[] = {"s3Config", NULL};
    bool drop = listed && emulator->behaviour.drop_s3config_in_list;
    struct json_object *provider = copy_without(item->doc, drop ? dropped : dropped + 1);

    if (emulator->behaviour.mask_secrets)
        mask_secret(provider);
    return provider;
}

static struct json_object *openapi_make(struct emulator *emulator, const char *id, const char *date,
                                        struct json_object *body)
{
    struct json_object *provider = json_object_new_object();

    (void)emulator;
    emu_json_put_string(provider, "id", id);
    json_object_object_foreach (body, key, value) {
        emu_json_put(provider, key, json_object_get(value));
    }
    emu_json_put_string(provider, "dtCreated", date);
    return provider;
}

/* Replaces the whole, except that secrets left out stay. */
static void openapi_change(struct emulator *emulator, struct emu_item *item,
                           struct json_object *body)
{
    static const char *const replaced[] = {"bucket", "region", NULL};

    for (const char *const *key = replaced; *key != NULL; key++)
        if (!json_object_object_get_ex(body, *key, NULL))
            json_object_object_del(item->doc, *key);
    emu_change_keys(emulator, item, body);
}

static struct json_object *openapi_view(struct emulator *emulator, const struct emu_item *item,
                                        bool listed)
{
    static const char *const secrets[] = {"accessKey", "secretKey", NULL};

    (void)emulator;
    (void)listed;
    return copy_without(item->doc, secrets);
}

/* clang-format off */
static const char *const docs_sample[] = {
    EMU_JSON({"id": "splx4m8r1bq6tze", "name": "training-data", "isManaged": false,
          "isTeamDefault": true,
          "s3Config": {"accessKey": "AKIADEMO4TRAINING", "bucket": "training-data",
               "endpoint": "https://s3.example.com", "region": "ny2",
               "retainData": true, "secretAccessKey": "demo/secret+training/0001",
               "signatureVersion": "v4"}}),
    EMU_JSON({"id": "splk9d2w5hn7uyc", "name": "backups", "isManaged": false,
          "isTeamDefault": false,
          "s3Config": {"accessKey": "AKIADEMO4BACKUPS", "bucket": "nightly-backups",
               "endpoint": null, "region": "ams1", "retainData": false,
               "secretAccessKey": "demo/secret+backups/0002",
               "signatureVersion": null}}),
    EMU_JSON({"id": "splgct3arqdh77c", "name": "Paperspace Managed", "isManaged": true,
          "isTeamDefault": null,
          "s3Config": {"accessKey": "AKIADEMO4MANAGED", "bucket": "managed-t4h8d2w6z0",
               "endpoint": "https://storage.example.com", "region": "ny2",
               "retainData": null, "secretAccessKey": "demo/secret+managed/0003",
               "signatureVersion": "v4"}}),
    NULL
};

static const char *const openapi_sample[] = {
    EMU_JSON({"id": "splx4m8r1bq6tze", "name": "training-data", "type": "s3",
          "bucket": "training-data", "region": "ny2", "accessKey": "AKIADEMO4TRAINING",
          "secretKey": "demo/secret+training/0001",
          "dtCreated": "2025-10-30T15:22:40.118Z"}),
    EMU_JSON({"id": "splk9d2w5hn7uyc", "name": "backups", "type": "gcs",
          "bucket": "nightly-backups", "region": "europe-west4",
          "accessKey": "GOOGDEMO4BACKUPS", "secretKey": "demo/secret+backups/0002",
          "dtCreated": "2025-07-21T07:36:59.904Z"}),
    EMU_JSON({"id": "splgct3arqdh77c", "name": "Paperspace Managed", "type": "s3",
          "bucket": "managed-t4h8d2w6z0", "region": "ny2",
          "dtCreated": "2025-01-09T12:00:00.000Z"}),
    NULL
};
/* clang-format on */

const struct emu_kind emu_providers = {
    .noun = "storage provider",
    .path = "storage-providers",
    .prefix = "spl",
    .id_length = 12,
    .shapes =
        {
            [EMU_DOCS] = {.routes = emu_routes_all,
                          .paged = true,
                          .orders = orders,
                          .create = docs_create,
                          .update = docs_update,
                          .make = docs_make,
                          .change = docs_change,
                          .view = docs_view,
                          .sample = docs_sample},
            [EMU_OPENAPI] = {.routes = emu_routes_all,
                             .create = openapi_fields,
                             .update = openapi_fields,
                             .make = openapi_make,
                             .change = openapi_change,
                             .view = openapi_view,
                             .sample = openapi_sample},
        },
};
