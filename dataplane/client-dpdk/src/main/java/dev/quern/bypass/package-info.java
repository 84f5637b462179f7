/**
 * A client's way to its server over a packet device that the kernel's network stack knows nothing of. No threads of its own: the client's thread polls.
 * Depends on client, quern-net, protocol and ffi.
 */
@NullMarked
package dev.quern.bypass;

import org.jspecify.annotations.NullMarked;
