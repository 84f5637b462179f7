/**
 * Functions in Java in JVMs of their own, which are Espresso contexts, for trusted tenants. Threads: isolates belong to their core;
 * contexts are made on any. Depends on graal's language for safepoints, and needs Espresso's jars on the class path, which Quern does not
 * bring.
 */
@NullMarked
package dev.quern.sandbox.espresso;

import org.jspecify.annotations.NullMarked;
