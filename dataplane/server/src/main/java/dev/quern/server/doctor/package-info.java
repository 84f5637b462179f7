/**
 * What this machine can do for a server, what it cannot, and the command that mends each. One thread, the caller's; changes nothing.
 * Depends on ffi, sandbox and the JDK.
 */
@NullMarked
package dev.quern.server.doctor;

import org.jspecify.annotations.NullMarked;
