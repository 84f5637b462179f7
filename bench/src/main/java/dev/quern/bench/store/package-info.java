/**
 * {@code bench store}: the store itself beside other maps for the JVM, without network or functions. JMH owns the threads that measure.
 * May depend on kvstore and ffi, and on the peers' libraries, which nothing else here touches.
 */
@NullMarked
package dev.quern.bench.store;

import org.jspecify.annotations.NullMarked;
