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
    /** How long it works until it stands still. */
    double untilStallNs;

    long busyNs;
    long functionNs;
    /** Invocations that its turn under way ends, each with an event of that time, to be answered by their lanes. */
    final LongRing ended = new LongRing(SimulatedMachine.ANSWERS_MAX);

    /** Of the whole run, after its warm-up. */
    long allBusyNs;
    /** Until when what it has begun lasts. */
    long busyUntilNs;

    /** What the turn under way takes, and what part of it functions do. */
    long turnNs;

    long turnFunctionNs;

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
