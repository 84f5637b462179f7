package dev.quern.server.roles;

/**
 * What messages cost a core of this server, in nanoseconds of CPU time.
 *
 * @param messageNs to receive, answer and account for one message of a well filled burst
 * @param byteNs each byte of a message, in or out
 * @param handoverNs to hand an invocation to another core and take its outcome back, both cores together
 * @param touchNs each record that a function touches and that lies in no cache yet
 */
public record MessageCosts(double messageNs, double byteNs, double handoverNs, double touchNs) {
    /**
     * Orders of magnitude on the machine that docs/benchmarks.md tells of: about a million unbatched requests a second from shared memory; copies at
     * some 5 GB/s; two cache lines that go to another core and back; one miss to memory. A server that measures gives its own.
     */
    public static final MessageCosts DEFAULT = new MessageCosts(900, 0.2, 400, 100);

    /** Where these figures are from, for people. */
    String origin() {
        return equals(DEFAULT) ? "assumed" : "calibrated";
    }

    public MessageCosts {
        if (!(messageNs >= 0 && byteNs >= 0 && handoverNs >= 0 && touchNs >= 0)) {
            throw new IllegalArgumentException("costs are numbers from 0 up: messageNs=" + messageNs + ", byteNs="
                    + byteNs + ", handoverNs=" + handoverNs + ", touchNs=" + touchNs);
        }
    }
}
