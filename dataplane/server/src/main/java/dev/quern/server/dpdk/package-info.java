/**
 * Packet devices that DPDK drives. No threads of its own: queues are used by the cores' loops. Depends on net and ffi.
 */
@NullMarked
package dev.quern.server.dpdk;

import org.jspecify.annotations.NullMarked;
