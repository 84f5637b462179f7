/**
 * The bench convention: what a benchmark is, how its runs are repeated and compared, and how its targets are reported. Everything
 * here runs on the thread of the command that started it. May depend on every module.
 */
@NullMarked
package dev.quern.bench;

import org.jspecify.annotations.NullMarked;
