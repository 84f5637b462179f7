/**
 * Packet devices that DPDK drives. No threads of its own: a queue is used by one thread at a time. Depends on net and ffi.
 */
@NullMarked
package dev.quern.net.dpdk;

import org.jspecify.annotations.NullMarked;
