/**
 * Functions on GraalWasm, compiled by the Graal compiler.
 * Threads: each isolate belongs to one core. Depends on sandbox and sandbox.guest.
 */
@NullMarked
package dev.quern.sandbox.graal;

import org.jspecify.annotations.NullMarked;
