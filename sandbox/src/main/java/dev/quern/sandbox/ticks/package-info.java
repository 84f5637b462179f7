/**
 * Puts ticks into modules when they are deployed: calls out of loops and functions, by which a running guest comes back to its core from
 * time to time. No threads of its own. Depends on Chicory's parser.
 */
@NullMarked
package dev.quern.sandbox.ticks;

import org.jspecify.annotations.NullMarked;
