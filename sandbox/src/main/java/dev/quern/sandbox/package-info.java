/**
 * Functions: deployed by tenants, run next to their records. {@link dev.quern.sandbox.Functions} is shared by all cores and has one
 * watchdog thread; each {@link dev.quern.sandbox.FunctionCore} belongs to one core's thread. Depends on kvstore.
 */
@NullMarked
package dev.quern.sandbox;

import org.jspecify.annotations.NullMarked;
