/* SPDX-License-Identifier: MIT */
/* What the files of test_document share. */
#ifndef TEST_DOCUMENT_H
#define TEST_DOCUMENT_H

#include "document/document.h"

#include <check.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define D DIALECT_DOCS
#define O DIALECT_OPENAPI

static const char drive[] =
    "{\"id\":\"sdvkpg3v2v\",\"name\":\"data\",\"dtCreated\":\"2026-03-18T09:10:11.123Z\","
    "\"size\":250,\"mountPoint\":\"\\\\\\\\10.64.92.2\\\\sdv\",\"username\":\"u\","
    "\"password\":\"hunter22\",\"networkId\":\"nwhoe4ox\",\"region\":\"ny2\",\"dtDeleted\":null,"
    "\"future\":{\"a\":[1.50,{}],\"b\":{}}}";
static const char text_drive[] = "{\"id\":\"sdv1\",\"name\":\"data\",\"size\":\"250\"}";
static const char open_drive[] = "{\"id\":\"sdv1\",\"name\":\"data\",\"size\":250,"
                                 "\"region\":\"ny2\",\"privateNetworkId\":\"nw1\"}";
static const char open_text_drive[] = "{\"id\":\"sdv1\",\"name\":\"data\",\"size\":\"250\"}";
static const char snapshot[] = "{\"id\":\"sl1\",\"name\":\"s\",\"machineId\":\"ps1\","
                               "\"isAutoSnapshot\":false}";
static const char open_snapshot[] = "{\"id\":\"sl1\",\"machineId\":\"ps1\",\"name\":\"s\","
                                    "\"note\":null,\"storageSize\":5}";
static const char provider[] =
    "{\"id\":\"sp1\",\"isManaged\":false,\"isTeamDefault\":null,\"name\":\"s3\",\"s3Config\":{"
    "\"accessKey\":\"AK\",\"bucket\":\"b\",\"endpoint\":null,\"region\":\"ny2\","
    "\"retainData\":true,\"secretAccessKey\":\"SECRET/1\",\"forcePathStyle\":true}}";
static const char default_provider[] =
    "{\"id\":\"sp1\",\"isManaged\":false,\"isTeamDefault\":true,\"name\":\"s3\",\"s3Config\":{"
    "\"accessKey\":\"AK\",\"bucket\":\"b\",\"secretAccessKey\":\"SECRET/1\"}}";
static const char masked_provider[] =
    "{\"id\":\"sp1\",\"isManaged\":false,\"isTeamDefault\":true,\"name\":\"s3\",\"s3Config\":{"
    "\"accessKey\":\"AK\",\"bucket\":\"b\",\"secretAccessKey\":\"********\"}}";
static const char bare_provider[] = "{\"id\":\"sp1\",\"name\":\"s3\",\"s3Config\":null}";
static const char typeless_provider[] = "{\"id\":\"sp1\",\"name\":\"p\",\"bucket\":\"b\"}";
static const char open_provider[] = "{\"id\":\"sp1\",\"name\":\"p\",\"type\":\"s3\","
                                    "\"bucket\":\"b\",\"region\":null}";
static const char utilization[] = "{\"totalUsage\":\"123\"}";

/* The record that a server's text is. */
struct record *make_record(const struct kind *kind, enum dialect dialect, const char *json);
void add_conflict_tests(TCase *tests);
void add_body_tests(TCase *tests);

#endif
