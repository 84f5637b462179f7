/**
 * What a guest sees: its imports, its memory, and how its calls reach the store.
 * Threads: the core that runs the guest. Depends on kvstore.
 */
@NullMarked
package dev.quern.sandbox.guest;

import org.jspecify.annotations.NullMarked;
