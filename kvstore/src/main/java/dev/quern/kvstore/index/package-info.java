/**
 * How a record is found: by linear hashing over cache-line buckets, or in a B+-tree whose leaves are buckets, too; both read without locks.
 * No threads of its own. Depends on ffi and on
 * {@code kvstore.memory}.
 */
@NullMarked
package dev.quern.kvstore.index;

import org.jspecify.annotations.NullMarked;
