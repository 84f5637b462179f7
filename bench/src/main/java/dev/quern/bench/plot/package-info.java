/** Pictures of what benches measured: a line chart as SVG, which every browser shows. Depends on the JDK only. */
@NullMarked
package dev.quern.bench.plot;

import org.jspecify.annotations.NullMarked;
