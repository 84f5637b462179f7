package dev.quern.bench.dataplane;

import dev.quern.bench.BenchContext;

/** A part of the bench, which starts and ends its own processes and reports targets of its own. */
interface Part {
    /** @throws Exception when the run failed: none of its figures is to be used */
    void run(BenchContext context) throws Exception;
}
