package dev.quern.bench.ycsb;

import dev.quern.bench.load.Target;
import dev.quern.bench.peers.Peer;

/**
 * A server, and how it is reached.
 *
 * @param name in tables
 * @param address as {@link Target} takes it
 * @param isOurs whether it is Quern by its own protocol, which has scans
 * @param connections sessions, or TCP connections
 */
record Way(String name, Peer server, String address, boolean isOurs, int connections) {
    boolean can(String workload) {
        return isOurs || !workload.equals("ycsb-e");
    }

    Target target(boolean isOrdered) {
        return new Target(
                address,
                isOrdered ? new Target.Login("default", "", "ordered", true) : Target.Login.DEFAULT,
                java.util.List.of());
    }
}
