/**
 * Functions on Chicory, compiled to JVM bytecode, for JVMs without the Graal compiler.
 * Threads: each isolate belongs to one core. Depends on sandbox and sandbox.guest.
 */
@NullMarked
package dev.quern.sandbox.chicory;

import org.jspecify.annotations.NullMarked;
