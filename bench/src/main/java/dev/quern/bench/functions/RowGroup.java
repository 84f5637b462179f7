package dev.quern.bench.functions;

import dev.quern.bench.BenchContext;

/** Some rows of {@code bench functions} that are measured together. */
interface RowGroup {
    /** What they show, in one line; stands above them. */
    String heading();

    /**
     * Measures, prints a table and reports targets. On the bench's thread.
     *
     * @throws Exception when the run failed
     */
    void run(BenchContext context) throws Exception;
}
