/* SPDX-License-Identifier: MIT */
/* The sample account as the openapi dialect shows it. */
#include "config.h"

#include "emulator/sample.h"

#include <stdio.h>

/* JSON is made of C tokens, so the preprocessor can quote it. */
#define JSON(...) #__VA_ARGS__

/* clang-format off */
const char *const emu_openapi_sample_drives[] = {
    JSON({"id": "sdq7h2m4xc", "name": "archive", "size": 2000, "region": "ny2",
          "privateNetworkId": "nwhoe4ox", "dtCreated": "2025-11-03T16:20:11.402Z"}),
    JSON({"id": "sdw3n8b1ke", "name": "renders", "size": 500, "region": "ca1",
          "privateNetworkId": "nwc5t8am", "dtCreated": "2025-09-18T08:44:52.118Z"}),
    JSON({"id": "sdt5y0r9jd", "name": "team files", "size": 250, "region": "ams1",
          "privateNetworkId": "nwk2e7zs", "dtCreated": "2025-06-27T13:05:39.870Z"}),
    JSON({"id": "sdvkpg3v2v", "name": "data", "size": 1000, "region": "ny2",
          "privateNetworkId": "nwhoe4ox", "dtCreated": "2025-02-14T10:31:07.255Z"}),
    NULL
};

const char *const emu_openapi_sample_snapshots[] = {
    JSON({"id": "slm3x8k1tqz5wd", "machineId": "psm9u09bwu5i", "name": "auto-daily",
          "storageSize": 34359738368, "dtCreated": "2025-11-09T02:00:04.531Z"}),
    JSON({"id": "slb7r2y9fnc4hj", "machineId": "ps4t7k2qhx8d", "name": "auto-daily",
          "storageSize": 68719476736, "dtCreated": "2025-11-09T02:00:03.977Z"}),
    JSON({"id": "slqafgu4n6gxge", "machineId": "psm9u09bwu5i", "name": "before-upgrade",
          "note": "new driver next", "storageSize": 33285996544,
          "dtCreated": "2025-11-08T17:41:26.803Z"}),
    JSON({"id": "slz1v6d0pks8ma", "machineId": "psm9u09bwu5i", "name": "auto-daily",
          "storageSize": 32212254720, "dtCreated": "2025-11-08T02:00:05.210Z"}),
    JSON({"id": "slt4h9w3jxe2ub", "machineId": "ps4t7k2qhx8d", "name": "trained model v2",
          "note": "loss 0.031", "storageSize": 66571993088,
          "dtCreated": "2025-11-05T12:15:48.094Z"}),
    JSON({"id": "slc8n5g7rqo0yi", "machineId": "psd0w6r3nj1z", "name": "auto-weekly",
          "storageSize": 12884901888, "dtCreated": "2025-11-02T03:00:02.666Z"}),
    JSON({"id": "slk2p4s6vfl9td", "machineId": "psd0w6r3nj1z", "name": "clean install",
          "storageSize": 8589934592, "dtCreated": "2025-10-12T09:08:31.349Z"}),
    JSON({"id": "sle0j3u8mwb7xr", "machineId": "psm9u09bwu5i", "name": "clean install",
          "storageSize": 9663676416, "dtCreated": "2025-03-01T11:52:17.725Z"}),
    NULL
};

const char *const emu_openapi_sample_providers[] = {
    JSON({"id": "splx4m8r1bq6tze", "name": "training-data", "type": "s3",
          "bucket": "training-data", "region": "ny2", "accessKey": "AKIADEMO4TRAINING",
          "secretKey": "demo/secret+training/0001",
          "dtCreated": "2025-10-30T15:22:40.118Z"}),
    JSON({"id": "splk9d2w5hn7uyc", "name": "backups", "type": "gcs",
          "bucket": "nightly-backups", "region": "europe-west4",
          "accessKey": "GOOGDEMO4BACKUPS", "secretKey": "demo/secret+backups/0002",
          "dtCreated": "2025-07-21T07:36:59.904Z"}),
    JSON({"id": "splgct3arqdh77c", "name": "Paperspace Managed", "type": "s3",
          "bucket": "managed-t4h8d2w6z0", "region": "ny2",
          "dtCreated": "2025-01-09T12:00:00.000Z"}),
    NULL
};

const char emu_openapi_utilization[] =
    JSON({"teamId": "t4h8d2w6z0", "datasets": 52613349376, "models": 21474836480,
          "notebooks": 3221225472, "sharedStorage": 6006253056});
/* clang-format on */

/* Each tenth one has the name that automatic ones share. */
struct json_object *emu_openapi_populate(size_t number, const char *id, const char *machine,
                                         const char *date)
{
    struct json_object *snapshot = json_object_new_object();
    char name[32];

    snprintf(name, sizeof name, number % 10 == 9 ? "auto-daily" : "snapshot-%06zu", number);
    emu_json_put_string(snapshot, "id", id);
    emu_json_put_string(snapshot, "machineId", machine);
    emu_json_put_string(snapshot, "name", name);
    emu_json_put(snapshot, "storageSize", json_object_new_int64((int64_t)(number % 64 + 1) << 30));
    emu_json_put_string(snapshot, "dtCreated", date);
    return snapshot;
}
