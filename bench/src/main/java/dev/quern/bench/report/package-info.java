/**
 * What runs of load measured, as records, and how they are told: text, JSON, CSV and one page of HTML. Any one thread. Depends on Gson
 * and HdrHistogram.
 */
@NullMarked
package dev.quern.bench.report;

import org.jspecify.annotations.NullMarked;
