package dev.quern.server.dispatch;

import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.Function;
import dev.quern.server.roles.CpuQuota;
import dev.quern.server.roles.TenantQueues;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What tenants may take of the functions' time and how soon they want answers, and whether they got them. Any thread. */
public final class TenantPolicies {
    /**
     * One tenant's.
     *
     * @param weight its share beside the others'
     * @param quota shared by all cores; null for none
     * @param targetNs what 99 of 100 calls should take at the most, from arrival to end; 0 for none
     * @param met calls that took no longer
     * @param missed calls that took longer
     */
    public record Policy(double weight, @Nullable CpuQuota quota, long targetNs, LongAdder met, LongAdder missed) {}

    private static final @Nullable Policy[] NONE = {};

    /** By tenants' ids, which count up from a small number; replaced as a whole. */
    private volatile @Nullable Policy[] policies = NONE;

    /** Without any: all weigh the same. */
    public TenantPolicies() {}

    /** Says what a tenant's is, before its first call. */
    public synchronized void set(int tenant, double weight, @Nullable CpuQuota quota, long targetNs) {
        @Nullable Policy[] more = Arrays.copyOf(policies, Math.max(policies.length, tenant + 1));
        more[tenant] = new Policy(weight, quota, targetNs, new LongAdder(), new LongAdder());
        policies = more;
    }

    /** A tenant's, null for the usual one. */
    public @Nullable Policy of(int tenant) {
        @Nullable Policy[] known = policies;
        return tenant < known.length ? known[tenant] : null;
    }

    /** Tells a core's queues. */
    void apply(Tenant tenant, TenantQueues queues) {
        Policy policy = of(tenant.id());
        if (policy != null) {
            queues.tenant(tenant.id(), policy.weight, policy.quota, policy.targetNs);
        }
    }

    /** For how long the tenant's quota holds it back, 0 for not at all. */
    long heldNs(int tenant, long nowNs) {
        Policy policy = of(tenant);
        CpuQuota quota = policy == null ? null : policy.quota;
        return quota == null ? 0 : quota.waitNs(nowNs);
    }

    /** A call ended so long after it arrived. */
    public void took(Function function, long tookNs) {
        Policy policy = of(function.tenant().id());
        if (policy != null && policy.targetNs > 0) {
            (tookNs <= policy.targetNs ? policy.met : policy.missed).increment();
        }
    }
}
