/**
 * Packet devices, whose frames the kernel's network stack knows nothing of, and the layouts of what is in a frame, Ethernet to UDP. No threads of its
 * own: a queue is used by one thread at a time. Depends on ffi and protocol.
 */
@NullMarked
package dev.quern.net;

import org.jspecify.annotations.NullMarked;
