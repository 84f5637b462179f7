/**
 * Chooses what an evicting table gives up when its tenant's memory is used up: queues of entries that name records by hash, and the
 * policy that walks them. No threads of its own; every core has queues that only it adds to. Depends on the store's memory.
 */
@NullMarked
package dev.quern.kvstore.eviction;

import org.jspecify.annotations.NullMarked;
