/**
 * The core loops: one thread per core, which polls ports and runs what they receive. What clients know as a core ({@code Core} and its ports)
 * is a lane that any loop can turn, one at a time; a loop is the thread. Owns the loop threads and one control thread for slow work. Depends
 * on kvstore, sandbox, ffi and Netty's event loops, in which an idle core waits; knows no port by name.
 */
@NullMarked
package dev.quern.server.loop;

import org.jspecify.annotations.NullMarked;
