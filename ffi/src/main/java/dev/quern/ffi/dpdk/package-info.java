/**
 * DPDK from Java: devices, packet buffers and their pools, polled without a line of C. No threads of its own, but those that DPDK starts; who
 * may call what stands at each class. Depends on the JDK and on {@code dev.quern.ffi.linux}; knows nothing of what packets hold.
 *
 * <p>What jextract can bind is bound in {@code generated}; what it cannot is here: inline functions ({@link dev.quern.ffi.dpdk.FastCalls}),
 * and structures whose layout differs between versions ({@link dev.quern.ffi.dpdk.DpdkAbi}).
 */
@NullMarked
package dev.quern.ffi.dpdk;

import org.jspecify.annotations.NullMarked;
