package dev.quern.bench.simulate;

import dev.quern.server.roles.TenantQueues;
import dev.quern.server.roles.TenantQueuesConfig;

/** A core's queues, what it has begun, and what it did. */
final class SimulatedCore {
    static final int BATCH_MAX = 32;

    final int index;
    final TenantQueues queues;
    final long[] batch = new long[BATCH_MAX];
    int batchCount;
    int batchAt;
    /** What is left of the invocation under way; 0 if none is. */
    long leftNs;

    long batchNs;
    int lastTenant = -1;
    boolean isBusy;
    boolean functionsTurn;
    int[] lanes = {};
    int laneTurn;
    long delayNs;
    long busyNs;
    long functionNs;
    /** Of the whole run, after its warm-up. */
    long allBusyNs;
    /** Until when what it has begun lasts, and whether that is a function. */
    long busyUntilNs;

    boolean inFunction;

    SimulatedCore(int index, int tenants, long waitNs) {
        this.index = index;
        TenantQueuesConfig usual = TenantQueuesConfig.DEFAULT;
        queues = new TenantQueues(new TenantQueuesConfig(
                usual.invocationsMax(),
                usual.tenantInvocationsMax(),
                tenants,
                usual.quantumNs(),
                usual.batchMax(),
                waitNs,
                usual.targetNs()));
    }

    boolean hasBegun() {
        return batchAt < batchCount;
    }

    boolean hasFunctions() {
        return hasBegun() || queues.size() > 0;
    }
}
