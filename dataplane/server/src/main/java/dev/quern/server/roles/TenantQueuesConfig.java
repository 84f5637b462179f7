package dev.quern.server.roles;

/**
 * The limits and shares of a core's queues.
 *
 * @param invocationsMax what all queues of the core hold together
 * @param tenantInvocationsMax what one tenant's queue holds; no more than {@code invocationsMax}
 * @param tenantsMax how many tenants can have queues at a time
 * @param quantumNs the CPU time of a tenant of weight 1 in each round
 * @param batchMax how many invocations are taken at a time at the most
 * @param waitNs how long an invocation may expect to wait and is still taken in; {@link Admission} holds it there
 * @param targetNs the deadline's distance for an invocation without a target of its own: orders it among those that have one
 */
public record TenantQueuesConfig(
        int invocationsMax,
        int tenantInvocationsMax,
        int tenantsMax,
        long quantumNs,
        int batchMax,
        long waitNs,
        long targetNs) {
    /**
     * A switch between tenants costs a fraction of a microsecond, so a quantum of 100 of them makes it small, and a round of ten busy
     * tenants takes two milliseconds. One tenant can fill a quarter of the queues. Two milliseconds of waiting keep a core busy through any shift of load that we move cores for. Who states no target gets one of a tenth of a second.
     */
    public static final TenantQueuesConfig DEFAULT =
            new TenantQueuesConfig(4_096, 1_024, 16_384, 200_000, 32, 2_000_000, 100_000_000);

    /** The same with another bound of the wait. */
    public TenantQueuesConfig withWaitNs(long ns) {
        return new TenantQueuesConfig(
                invocationsMax, tenantInvocationsMax, tenantsMax, quantumNs, batchMax, ns, targetNs);
    }

    public TenantQueuesConfig {
        if (invocationsMax < 1 || tenantInvocationsMax < 1 || tenantInvocationsMax > invocationsMax || tenantsMax < 1) {
            throw new IllegalArgumentException("queues without room: invocationsMax=" + invocationsMax
                    + ", tenantInvocationsMax=" + tenantInvocationsMax + ", tenantsMax=" + tenantsMax);
        }
        if (quantumNs < 1 || batchMax < 1 || waitNs < 1 || targetNs < 1) {
            throw new IllegalArgumentException("nothing would be taken: quantumNs=" + quantumNs + ", batchMax="
                    + batchMax + ", targetNs=" + targetNs);
        }
    }
}
