package dev.quern.guest;

import java.util.Map;

/**
 * A function with several entries. An object of it is made on each core that calls it, and again after a call that did not come to its
 * end: fields are kept from call to call while it is warm, as a WebAssembly module's memory is. Static fields are shared by all cores.
 */
@FunctionalInterface
public interface Entries {
    /** The entries by name: letters, digits, {@code _} and {@code -}, from 1 to 64. Always the same names. */
    Map<String, Entry> entries();
}
