/**
 * JMH microbenchmarks of single hot paths, and {@code bench micro}, which runs them. JMH owns the threads. May depend on every module.
 */
@NullMarked
package dev.quern.bench.micro;

import org.jspecify.annotations.NullMarked;
