/**
 * Ethernet to UDP, above packet devices that the kernel's network stack knows nothing of. No threads of its own: a port runs on its core's
 * loop, the table of neighbours is shared by all. Depends on session, loop and ffi.
 */
@NullMarked
package dev.quern.server.net;

import org.jspecify.annotations.NullMarked;
