/* SPDX-License-Identifier: MIT */
/* The sample account as the docs dialect shows it. */
#include "config.h"

#include "emulator/sample.h"

#include <stdio.h>

/* JSON is made of C tokens, so the preprocessor can quote it. */
#define JSON(...) #__VA_ARGS__

/* clang-format off */
const char *const emu_docs_sample_drives[] = {
    JSON({"id": "sdq7h2m4xc", "name": "archive", "dtCreated": "2025-11-03T16:20:11.402Z",
          "dtDeleted": null, "size": 2000, "mountPoint": "\\\\10.64.92.7\\sdq7h2m4xc",
          "username": "u8r3k1w5", "password": "Vt5mQx81pLrA", "networkId": "nwhoe4ox",
          "region": "ny2"}),
    JSON({"id": "sdw3n8b1ke", "name": "renders", "dtCreated": "2025-09-18T08:44:52.118Z",
          "dtDeleted": null, "size": 500, "mountPoint": "\\\\10.81.16.4\\sdw3n8b1ke",
          "username": "u2f9c6h0", "password": "bN3kWz70sYtE", "networkId": "nwc5t8am",
          "region": "ca1"}),
    JSON({"id": "sdt5y0r9jd", "name": "team files", "dtCreated": "2025-06-27T13:05:39.870Z",
          "dtDeleted": null, "size": 250, "mountPoint": "\\\\10.97.40.3\\sdt5y0r9jd",
          "username": "u6v1x4p7", "password": "Hq8dRc29fUjM", "networkId": "nwk2e7zs",
          "region": "ams1"}),
    JSON({"id": "sdvkpg3v2v", "name": "data", "dtCreated": "2025-02-14T10:31:07.255Z",
          "dtDeleted": null, "size": 1000, "mountPoint": "\\\\10.64.92.2\\sdvkpg3v2v",
          "username": "u4j7t0z3", "password": "Lk6wPv42nGhX", "networkId": "nwhoe4ox",
          "region": "ny2"}),
    NULL
};

const char *const emu_docs_sample_snapshots[] = {
    JSON({"id": "slm3x8k1tqz5wd", "name": "auto-daily", "machineId": "psm9u09bwu5i",
          "isAutoSnapshot": true}),
    JSON({"id": "slb7r2y9fnc4hj", "name": "auto-daily", "machineId": "ps4t7k2qhx8d",
          "isAutoSnapshot": true}),
    JSON({"id": "slqafgu4n6gxge", "name": "before-upgrade", "machineId": "psm9u09bwu5i",
          "isAutoSnapshot": false}),
    JSON({"id": "slz1v6d0pks8ma", "name": "auto-daily", "machineId": "psm9u09bwu5i",
          "isAutoSnapshot": true}),
    JSON({"id": "slt4h9w3jxe2ub", "name": "trained model v2", "machineId": "ps4t7k2qhx8d",
          "isAutoSnapshot": false}),
    JSON({"id": "slc8n5g7rqo0yi", "name": "auto-weekly", "machineId": "psd0w6r3nj1z",
          "isAutoSnapshot": true}),
    JSON({"id": "slk2p4s6vfl9td", "name": "clean install", "machineId": "psd0w6r3nj1z",
          "isAutoSnapshot": false}),
    JSON({"id": "sle0j3u8mwb7xr", "name": "clean install", "machineId": "psm9u09bwu5i",
          "isAutoSnapshot": false}),
    NULL
};

const char *const emu_docs_sample_providers[] = {
    JSON({"id": "splx4m8r1bq6tze", "name": "training-data", "isManaged": false,
          "isTeamDefault": true,
          "s3Config": {"accessKey": "AKIADEMO4TRAINING", "bucket": "training-data",
               "endpoint": "https://s3.example.com", "region": "ny2",
               "retainData": true, "secretAccessKey": "demo/secret+training/0001",
               "signatureVersion": "v4"}}),
    JSON({"id": "splk9d2w5hn7uyc", "name": "backups", "isManaged": false,
          "isTeamDefault": false,
          "s3Config": {"accessKey": "AKIADEMO4BACKUPS", "bucket": "nightly-backups",
               "endpoint": null, "region": "ams1", "retainData": false,
               "secretAccessKey": "demo/secret+backups/0002",
               "signatureVersion": null}}),
    JSON({"id": "splgct3arqdh77c", "name": "Paperspace Managed", "isManaged": true,
          "isTeamDefault": null,
          "s3Config": {"accessKey": "AKIADEMO4MANAGED", "bucket": "managed-t4h8d2w6z0",
               "endpoint": "https://storage.example.com", "region": "ny2",
               "retainData": null, "secretAccessKey": "demo/secret+managed/0003",
               "signatureVersion": "v4"}}),
    NULL
};

const char emu_docs_utilization[] =
    JSON({"datasetUsage": "52613349376", "modelUsage": "21474836480",
          "notebookWorkspaceUsage": "3221225472", "remainingFreeStorage": "131432700416",
          "sharedStorageUsage": "6006253056", "totalFreeStorage": "214748364800",
          "totalUsage": "83315664384"});
/* clang-format on */

/* Each tenth one is automatic, and those share a name. */
struct json_object *emu_docs_populate(size_t number, const char *id, const char *machine,
                                      const char *date)
{
    struct json_object *snapshot = json_object_new_object();
    bool automatic = number % 10 == 9;
    char name[32];

    (void)date;
    snprintf(name, sizeof name, automatic ? "auto-daily" : "snapshot-%06zu", number);
    emu_json_put_string(snapshot, "id", id);
    emu_json_put_string(snapshot, "name", name);
    emu_json_put_string(snapshot, "machineId", machine);
    emu_json_put(snapshot, "isAutoSnapshot", json_object_new_boolean(automatic));
    return snapshot;
}
