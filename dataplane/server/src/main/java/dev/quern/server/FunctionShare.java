package dev.quern.server;

import dev.quern.server.dispatch.TenantPolicies;
import dev.quern.server.roles.CpuQuota;
import java.util.concurrent.TimeUnit;

/**
 * What a tenant's functions may have of the cores that run functions.
 *
 * @param weight its share beside other tenants that have work at the same time
 * @param cpuPercent how much of one core's time they may take on average, on all cores together; 0 for as much as there is
 * @param targetUs how long 99 of 100 calls should take at the most, from arrival to end; 0 for no target
 */
public record FunctionShare(int weight, int cpuPercent, int targetUs) {
    /** Weight 1, no quota, no target. */
    public static final FunctionShare USUAL = new FunctionShare(1, 0, 0);

    private static final int WEIGHT_MAX = 1_000;
    private static final int PERCENT_MAX = 12_800;
    private static final int TARGET_US_MAX = 60_000_000;

    /** For how long a tenant that rested may run at once. */
    private static final long BURST_NS = TimeUnit.MILLISECONDS.toNanos(10);

    public FunctionShare {
        ConfigKey.range("tenant.function_weight", weight, 1, WEIGHT_MAX);
        ConfigKey.range("tenant.function_cpu_percent", cpuPercent, 0, PERCENT_MAX);
        ConfigKey.range("tenant.function_target_us", targetUs, 0, TARGET_US_MAX);
    }

    void tell(TenantPolicies policies, int tenant) {
        if (!equals(USUAL)) {
            CpuQuota quota = cpuPercent == 0 ? null : new CpuQuota(cpuPercent / 100.0, BURST_NS, System.nanoTime());
            policies.set(tenant, weight, quota, TimeUnit.MICROSECONDS.toNanos(targetUs));
        }
    }
}
