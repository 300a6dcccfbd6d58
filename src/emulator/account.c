/* SPDX-License-Identifier: MIT */
/* The key, and the session that it opens. */
#include "config.h"

#include "emulator/account.h"

#include "emulator/kinds.h"

#include <string.h>

static struct json_object *new_session(void)
{
    struct json_object *session = json_object_new_object();
    struct json_object *user = json_object_new_object(), *team = json_object_new_object();

    emu_json_put_string(user, "id", "u7k2m9q4x1");
    emu_json_put_string(user, "email", "demo@example.com");
    emu_json_put_string(user, "firstName", "Demo");
    emu_json_put_string(user, "lastName", "User");
    emu_json_put(session, "user", user);
    emu_json_put_string(team, "id", "t4h8d2w6z0");
    emu_json_put_string(team, "namespace", "demo-team");
    emu_json_put(session, "team", team);
    return session;
}

bool emu_account_admits(const struct emulator *emulator, const struct emu_request *request)
{
    static const char scheme[] = "Bearer ";
    const size_t length = sizeof scheme - 1;
    const char *given = request->authorization;

    return given != NULL && strncasecmp(given, scheme, length) == 0 &&
           strcmp(given + length, emulator->key) == 0;
}

/* A key that is not valid has no session; that is no error. */
static void get_session(struct emulator *emulator, const struct emu_kind *kind,
                        const struct emu_request *request, struct emu_answer *answer)
{
    (void)kind;
    emu_answer_json(answer, 200, emu_account_admits(emulator, request) ? new_session() : NULL);
}

static const struct emu_route routes[] = {
    {"GET", "", get_session, true},
    {NULL, NULL, NULL, false},
};

const struct emu_kind emu_session = {
    .noun = "session",
    .path = "auth/session",
    .holds = EMU_NONE,
    .shapes = {[EMU_DOCS] = {.routes = routes}},
};
