/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "kinds/kind.h"

static const struct field docs_fields[] = {
    {"id", FIELD_STRING, 0, NULL, NULL},
    {"name", FIELD_STRING, 0, NULL, NULL},
    {"region", FIELD_STRING, FIELD_CODE, NULL, NULL},
    {"network", FIELD_STRING, 0, NULL, NULL},
    {"netmask", FIELD_STRING, 0, NULL, NULL},
    {"dtCreated", FIELD_STRING, 0, NULL, NULL},
    {"dtDeleted", FIELD_STRING, FIELD_NULLABLE, NULL, NULL},
    {NULL, FIELD_STRING, 0, NULL, NULL},
};

const struct kind kind_networks = {
    .noun = "network",
    .plural = "networks",
    .path = "/private-networks",
    .document = "network.json",
    .create = CREATE_NOT,
    .shapes = {[DIALECT_DOCS] = {.fields = docs_fields, .update = UPDATE_NONE, .paged = true}},
};
