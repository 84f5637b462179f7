/**
 * What runs of load measured, as records, and how they are told: text, JSON, CSV and one page of HTML. Any one thread. Depends on Gson,
 * HdrHistogram, and plot for its pictures.
 */
@NullMarked
package dev.quern.bench.report;

import org.jspecify.annotations.NullMarked;
