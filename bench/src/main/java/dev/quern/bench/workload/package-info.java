/**
 * The data that benches and the demo run on. Immutable once made, so safe on any thread. Depends on the JDK only.
 */
@NullMarked
package dev.quern.bench.workload;

import org.jspecify.annotations.NullMarked;
