/**
 * Raw memory and the few Linux calls that Quern needs. No threads of its own: a call runs on the thread that makes it. Depends on
 * the JDK only, and knows nothing of records.
 */
@NullMarked
package dev.quern.ffi.linux;

import org.jspecify.annotations.NullMarked;
