package dev.quern.bench.dataplane;

import java.util.Locale;

/** How gets reach the server. */
enum Way {
    /** Memory shared by two processes. */
    SHM,
    /** The kernel's loopback sockets. */
    UDP,
    /** Rings within one JVM. */
    RING;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
