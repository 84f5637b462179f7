package dev.quern.sandbox;

import dev.quern.sandbox.guest.WindowedMemory;

/**
 * All that an instance of a portable module remembers, so that an instance of another runtime can go on with it.
 *
 * @param memory whose private part holds what it wrote
 * @param globals by index, those of the module as deployed: bits of numbers
 * @param isInitialized whether its initializer has run, or it has none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record InstanceState(WindowedMemory memory, long[] globals, boolean isInitialized) {}
