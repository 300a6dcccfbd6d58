/* SPDX-License-Identifier: MIT */
/* What an address is. */
#ifndef UTIL_ADDRESS_H
#define UTIL_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Whether what is sent there stays on this machine: 127.0.0.0/8, ::1, and the first in its IPv6
 * spelling (::ffff:127.0.0.1). The one place that decides it, for a URL and for a connection. Any
 * thread. */
bool address_is_loopback(const struct sockaddr *address);

#endif
