package dev.quern.bench.functions;

import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.FunctionRefusedException;

/** What warm calls cost on a core, without any network, beside the same functions in trusted Java. */
final class WarmCalls implements RowGroup {
    private static final double BATCHED_NS_MAX = 30;
    private static final double ALONE_NS_MAX = 80;
    private static final double GET_RATIO_MAX = 1.3;
    private static final long QUOTA_BYTES = 64L << 20;
    private static final int RECORDS = 10_000;
    private static final int GETS = 1_000;
    private static final int HOPS = 4;
    private static final int TENANTS = 1_000;
    private static final int TENANTS_QUICK = 5;
    private static final int TENANT_RECORDS = 100;

    @Override
    public String heading() {
        return "warm calls on a core, in its processor time: WebAssembly beside trusted Java";
    }

    @Override
    public void run(BenchContext context) throws FunctionRefusedException {
        TextTable table = new TextTable("call", "wasm ns", "java ns", "ratio");
        try (FunctionRig rig = new FunctionRig(FunctionRig.config())) {
            Tenant tenant = prepared(rig, QUOTA_BYTES);
            Caller.fill(rig, tenant, RECORDS, Long.BYTES);
            noop(context, table, rig, tenant);
            gets(context, table, rig, tenant);
            hops(context, table, rig, 1);
            hops(context, table, rig, context.quick() ? TENANTS_QUICK : TENANTS);
        }
        context.say(table.text());
    }

    private static Tenant prepared(FunctionRig rig, long quotaBytes) throws FunctionRefusedException {
        Tenant tenant = rig.newTenant(quotaBytes);
        rig.functions().trust(tenant, Caller.JAVA);
        rig.functions().register(tenant, Caller.manifest("trusted").withRuntime(Caller.JAVA), JavaCalls::new, false);
        return tenant;
    }

    private static double row(TextTable table, String name, Turns turns, String wasm, String java, double calls) {
        double ratio = turns.ns(wasm) / turns.ns(java);
        table.row(
                name,
                Turns.figure(turns.ns(wasm) / calls),
                Turns.figure(turns.ns(java) / calls),
                TextTable.ratio(ratio));
        return ratio;
    }

    private static void noop(BenchContext context, TextTable table, FunctionRig rig, Tenant tenant)
            throws FunctionRefusedException {
        rig.deploy(tenant, Caller.manifest("noop"), FunctionRig.example("noop"));
        Caller wasm = Caller.of(rig, tenant, "noop");
        Caller java = Caller.of(rig, tenant, "trusted.noop");
        Turns turns = new Turns()
                .add("batched", wasm::call)
                .add("java batched", java::call)
                .add("alone", wasm::callAlone)
                .add("java alone", java::callAlone)
                .run(context);
        row(table, "nothing, in a batch", turns, "batched", "java batched", 1);
        row(table, "nothing, alone in its turn", turns, "alone", "java alone", 1);
        context.atMost("call-noop-batched", turns.ns("batched"), BATCHED_NS_MAX, " ns");
        context.atMost("call-noop-alone", turns.ns("alone"), ALONE_NS_MAX, " ns");
    }

    private static void gets(BenchContext context, TextTable table, FunctionRig rig, Tenant tenant)
            throws FunctionRefusedException {
        Caller.deploy(rig, tenant, "gets");
        byte[] first = new byte[Long.BYTES];
        Caller wasm = Caller.of(rig, tenant, "gets", first, Caller.number(GETS));
        Caller java = Caller.of(rig, tenant, "trusted.gets", first, Caller.number(GETS));
        context.check(wasm.reply() == java.reply(), "WebAssembly and Java add up the same records");
        Turns turns =
                new Turns().add("wasm", wasm::call).add("java", java::call).run(context);
        double ratio = row(table, "a get and all of its 100 bytes", turns, "wasm", "java", GETS);
        context.atMost("get-against-java", ratio, GET_RATIO_MAX, "x");
    }

    private static void hops(BenchContext context, TextTable table, FunctionRig rig, int tenants)
            throws FunctionRefusedException {
        Caller[] wasm = new Caller[tenants];
        Caller[] java = new Caller[tenants];
        byte[] module = FunctionRig.example("lookup");
        for (int i = 0; i < tenants; i++) {
            Tenant tenant = prepared(rig, dev.quern.kvstore.Limits.QUOTA_BYTES_MIN);
            Caller.fill(rig, tenant, TENANT_RECORDS, Caller.KEY_LENGTH);
            rig.deploy(tenant, Caller.manifest("lookup"), module);
            byte[] key = new byte[Caller.KEY_LENGTH];
            wasm[i] = Caller.of(rig, tenant, "lookup", key, Caller.number(HOPS));
            java[i] = Caller.of(rig, tenant, "trusted.lookup", key, Caller.number(HOPS));
        }
        Turns turns = new Turns()
                .add("wasm", calls -> Caller.callAtRandom(wasm, calls))
                .add("java", calls -> Caller.callAtRandom(java, calls))
                .run(context);
        String of = tenants == 1 ? "of one tenant" : "of " + tenants + " tenants at random";
        row(table, HOPS + " hops " + of, turns, "wasm", "java", 1);
    }
}
