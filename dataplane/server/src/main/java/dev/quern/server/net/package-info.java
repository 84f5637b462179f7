/**
 * The stack above packet devices, Ethernet to UDP, by which a server is reached. No threads of its own: a port runs on its core's
 * loop, the table of neighbours is shared by all. Depends on session, loop, quern-net and ffi.
 */
@NullMarked
package dev.quern.server.net;

import org.jspecify.annotations.NullMarked;
