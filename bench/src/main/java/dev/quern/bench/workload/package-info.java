/**
 * What is asked of a server: keys, values and how they are distributed, mixes of operations on them, and the class graph. A workload
 * belongs to the one thread that generates load; what is immutable says so. May depend on the JDK only, and on the sampling of
 * commons-math3.
 */
@NullMarked
package dev.quern.bench.workload;

import org.jspecify.annotations.NullMarked;
