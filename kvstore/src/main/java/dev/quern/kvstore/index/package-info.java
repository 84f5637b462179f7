/**
 * How a record is found: a linear hash table of cache-line buckets, read without locks. No threads of its own. Depends on ffi and on
 * {@code kvstore.memory}.
 */
@NullMarked
package dev.quern.kvstore.index;

import org.jspecify.annotations.NullMarked;
