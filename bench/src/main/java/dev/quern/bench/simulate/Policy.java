package dev.quern.bench.simulate;

import java.util.Locale;

/**
 * Who does what in a simulation.
 *
 * @param kind the rule
 * @param functionCores how many cores run functions under {@link Kind#STATIC}
 */
record Policy(Kind kind, int functionCores) {
    enum Kind {
        /** The server's provisioner, placement and queues. */
        ADAPTIVE,
        /** A fixed number of cores for functions; the others only serve. */
        STATIC,
        /** Every core takes whatever came first, from one pool. */
        SHARED,
        /** As adaptive, but told each load's split as it begins, and at no cost. */
        ORACLE
    }

    static Policy of(Kind kind) {
        return new Policy(kind, 0);
    }

    String label() {
        return kind == Kind.STATIC ? "static " + functionCores : kind.name().toLowerCase(Locale.ROOT);
    }
}
