/**
 * Which core does what, and where a function runs: the provisioner, the tenants' queues, admission, the cost model and placement. Pure
 * decisions without threads, sockets or clocks: time comes in as nanoseconds, so that the simulator runs these very classes. Depends on
 * sandbox's declared costs only.
 */
@NullMarked
package dev.quern.server.roles;

import org.jspecify.annotations.NullMarked;
