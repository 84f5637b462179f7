/**
 * Where records lie: a tenant's address range, its size classes and quota, and the epochs that say when memory may be used again. No
 * threads of its own; what belongs to one core says so. Depends on ffi.
 */
@NullMarked
package dev.quern.kvstore.memory;

import org.jspecify.annotations.NullMarked;
