/**
 * The runtime for functions in Java that are trusted: they run in this JVM, on the core's thread, and nothing holds them in.
 * Threads: the core that runs the call. Depends on the interface of runtimes and on what a function in Java is written with.
 */
@NullMarked
package dev.quern.sandbox.java;

import org.jspecify.annotations.NullMarked;
