/* SPDX-License-Identifier: MIT */

#include "config.h"

#include "http/http.h"

const char *http_method_name(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET",
        [HTTP_POST] = "POST",
        [HTTP_PUT] = "PUT",
        [HTTP_DELETE] = "DELETE",
    };

    return names[method];
}
