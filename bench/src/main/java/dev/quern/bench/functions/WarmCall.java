package dev.quern.bench.functions;

import dev.quern.bench.BenchFailedException;
import dev.quern.kvstore.Limits;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.FunctionRefusedException;

/** A kind of warm call that {@code bench functions} measures, in WebAssembly and in trusted Java. */
enum WarmCall {
    NOOP_BATCHED("nothing, in a batch", 1),
    NOOP_ALONE("nothing, alone in its turn", 1),
    GETS("a get and all of its 100 bytes", Counts.GETS),
    HOPS("4 hops of one tenant", 1),
    HOPS_OF_TENANTS("4 hops of 1,000 tenants at random", 1);

    /** As constants of an enum cannot name its own before they are there. */
    private static final class Counts {
        static final int GETS = 1_000;
        static final int RECORDS = 10_000;
        static final int HOPS = 4;
        static final int TENANTS = 1_000;
        static final int TENANTS_QUICK = 5;
        static final int TENANT_RECORDS = 100;
        static final long QUOTA_BYTES = 64L << 20;

        private Counts() {}
    }

    private static final String TRUSTED = "trusted";

    private final String label;
    private final int callsEach;

    WarmCall(String label, int callsEach) {
        this.label = label;
        this.callsEach = callsEach;
    }

    /** For the table. */
    String label() {
        return label;
    }

    /** How many of what is counted one call has. */
    int callsEach() {
        return callsEach;
    }

    /** Deploys what is called, by one of both, into the rig, and returns how it is called. */
    Turns.Calls prepare(FunctionRig rig, boolean java, boolean quick) throws FunctionRefusedException {
        return switch (this) {
            case NOOP_BATCHED -> noop(rig, java)::call;
            case NOOP_ALONE -> noop(rig, java)::callAlone;
            case GETS -> gets(rig, java)::call;
            case HOPS -> hops(rig, java, 1);
            case HOPS_OF_TENANTS -> hops(rig, java, quick ? Counts.TENANTS_QUICK : Counts.TENANTS);
        };
    }

    private static Tenant tenant(FunctionRig rig, long quotaBytes, boolean java) throws FunctionRefusedException {
        Tenant tenant = rig.newTenant(quotaBytes);
        if (java) {
            rig.functions().trust(tenant, Caller.JAVA);
            rig.functions().register(tenant, Caller.manifest(TRUSTED).withRuntime(Caller.JAVA), JavaCalls::new, false);
        }
        return tenant;
    }

    private static String name(String function, boolean java) {
        return java ? TRUSTED + "." + function : function;
    }

    private static Caller noop(FunctionRig rig, boolean java) throws FunctionRefusedException {
        Tenant tenant = tenant(rig, Counts.QUOTA_BYTES, java);
        if (!java) {
            rig.deploy(tenant, Caller.manifest("noop"), FunctionRig.example("noop"));
        }
        return Caller.of(rig, tenant, name("noop", java));
    }

    private static Caller gets(FunctionRig rig, boolean java) throws FunctionRefusedException {
        Tenant tenant = tenant(rig, Counts.QUOTA_BYTES, java);
        Caller.fill(rig, tenant, Counts.RECORDS, Long.BYTES);
        if (!java) {
            Caller.deploy(rig, tenant, "gets");
        }
        Caller caller = Caller.of(rig, tenant, name("gets", java), new byte[Long.BYTES], Caller.number(Counts.GETS));
        if (caller.reply() != sumOfGets()) {
            throw new BenchFailedException("gets added up " + caller.reply() + " instead of " + sumOfGets());
        }
        return caller;
    }

    /** Each value begins with its successor's number, and holds nothing else. */
    private static long sumOfGets() {
        long sum = 0;
        for (int i = 1; i <= Counts.GETS; i++) {
            sum += Caller.after(0, i, Counts.RECORDS);
        }
        return sum;
    }

    private static Turns.Calls hops(FunctionRig rig, boolean java, int tenants) throws FunctionRefusedException {
        Caller[] callers = new Caller[tenants];
        byte[] module = FunctionRig.example("lookup");
        for (int i = 0; i < tenants; i++) {
            Tenant tenant = tenant(rig, Limits.QUOTA_BYTES_MIN, java);
            Caller.fill(rig, tenant, Counts.TENANT_RECORDS, Caller.KEY_LENGTH);
            if (!java) {
                rig.deploy(tenant, Caller.manifest("lookup"), module);
            }
            callers[i] = Caller.of(
                    rig, tenant, name("lookup", java), new byte[Caller.KEY_LENGTH], Caller.number(Counts.HOPS));
        }
        return calls -> Caller.callAtRandom(callers, calls);
    }
}
