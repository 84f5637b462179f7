package dev.quern.bench.roles;

import dev.quern.bench.BenchFailedException;
import dev.quern.guest.Entries;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.Manifest;
import dev.quern.server.EmbeddedQuern;
import java.util.List;
import java.util.function.Supplier;

/** What a tenant of a server in this process has before it is loaded: records, and functions of {@link Work} in trusted Java. */
public final class TenantSetUp {
    private static final long TIME_LIMIT_US = 10_000_000;

    private TenantSetUp() {}

    /** Puts a record of zeros for each key, and registers the functions. */
    public static void of(EmbeddedQuern quern, String name, byte[][] keys, int valueBytes, List<String> functions)
            throws FunctionRefusedException {
        of(quern, name, keys, valueBytes, functions, Work::new);
    }

    /** The same with functions of another kind of work. */
    public static void of(
            EmbeddedQuern quern,
            String name,
            byte[][] keys,
            int valueBytes,
            List<String> functions,
            Supplier<Entries> work)
            throws FunctionRefusedException {
        Tenant tenant = quern.server().store().tenant(name);
        if (tenant == null) {
            throw new BenchFailedException("the server has no " + name);
        }
        try (StoreCore core = quern.server().store().attach()) {
            core.enter(0);
            for (byte[] key : keys) {
                if (tenant.defaultTable().put(core, key, new byte[valueBytes]) != StoreStatus.OK) {
                    throw new BenchFailedException("a record was not put");
                }
            }
            core.exit();
        }
        Functions all = quern.server().functions();
        all.trust(tenant, "java");
        for (String function : functions) {
            all.register(
                    tenant, Manifest.named(function).withRuntime("java").withTimeLimitUs(TIME_LIMIT_US), work, false);
        }
    }
}
