package dev.quern.bench.peers;

import dev.quern.bench.load.Target;
import dev.quern.bench.workload.Workloads;
import java.util.List;

/**
 * A server, and how it is reached.
 *
 * @param name in tables
 * @param address as {@link Target} takes it
 * @param isOurs whether it is Quern by its own protocol, which can do all
 * @param connections sessions, or TCP connections
 */
public record Way(String name, Peer server, String address, boolean isOurs, int connections) {
    /** Whether it can do a workload: Quern's own protocol and Tarantool have tables in the order of their keys. */
    public boolean can(String workload) {
        return isOurs
                || !Workloads.isOrdered(workload)
                || address.startsWith("tarantool:") && !Workloads.isForQuernOnly(workload);
    }

    /** Ready to be connected to; the caller's to close. */
    public Target target(boolean isOrdered) {
        return new Target(
                address,
                isOrdered ? new Target.Login("default", "", Workloads.ORDERED_TABLE, true, 0) : Target.Login.DEFAULT,
                List.of());
    }

    /** The same, by another number of connections. */
    public Way by(int number) {
        return new Way(name, server, address, isOurs, number);
    }
}
