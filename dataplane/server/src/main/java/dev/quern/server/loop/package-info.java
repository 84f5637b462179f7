/**
 * The core loops: one thread per core, which polls that core's ports and runs what they receive. Owns the loop threads and one control
 * thread for slow work. Depends on kvstore, sandbox, ffi and Netty's event loop, in which an idle core
 * waits; knows no port by name.
 */
@NullMarked
package dev.quern.server.loop;

import org.jspecify.annotations.NullMarked;
