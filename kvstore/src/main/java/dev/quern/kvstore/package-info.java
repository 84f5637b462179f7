/**
 * The store's public face: tenants, their tables and records, transactions. It has no threads of its own: each {@link
 * dev.quern.kvstore.StoreCore} belongs to one thread of the caller's. Depends on ffi and Chronicle Bytes.
 */
@NullMarked
package dev.quern.kvstore;

import org.jspecify.annotations.NullMarked;
