package dev.quern.bench.functions;

import dev.quern.bench.BenchContext;
import dev.quern.bench.TextTable;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.FunctionRefusedException;
import java.util.List;

/** Computations as functions in C, beside the same in trusted Java with its arrays on the heap; every checksum is compared. */
final class Kernels implements RowGroup {
    private static final String JAVA = " in Java";
    private static final double RATIO_MAX = 1.3;
    private static final long QUOTA_BYTES = 8L << 20;
    private static final List<String> KERNELS =
            List.of("gemm", "jacobi2d", "floyd_warshall", "nussinov", "cholesky", "atax", "sieve", "crc32", "sha256");

    @Override
    public String heading() {
        return "computations on a core, in its processor time: WebAssembly beside trusted Java";
    }

    @Override
    public void run(BenchContext context) throws FunctionRefusedException {
        TextTable table = new TextTable("kernel", "wasm us", "java us", "ratio");
        double logarithms = 0;
        try (FunctionRig rig = new FunctionRig(FunctionRig.config())) {
            Tenant tenant = rig.newTenant(QUOTA_BYTES);
            rig.functions().trust(tenant, Caller.JAVA);
            rig.functions()
                    .register(tenant, Caller.manifest("trusted").withRuntime(Caller.JAVA), JavaKernels::new, false);
            Caller.deploy(rig, tenant, "kernels");
            Turns turns = new Turns();
            for (String kernel : KERNELS) {
                Caller wasm = Caller.of(rig, tenant, "kernels." + kernel);
                Caller java = Caller.of(rig, tenant, "trusted." + kernel);
                context.check(wasm.reply() == java.reply(), kernel + " comes to the same in WebAssembly and in Java");
                turns.add(kernel, wasm::call).add(kernel + JAVA, java::call);
            }
            turns.run(context.quick());
            for (String kernel : KERNELS) {
                double ratio = turns.ns(kernel) / turns.ns(kernel + JAVA);
                logarithms += Math.log(ratio);
                table.row(
                        kernel,
                        Turns.figure(turns.ns(kernel) / 1e3),
                        Turns.figure(turns.ns(kernel + JAVA) / 1e3),
                        TextTable.ratio(ratio));
            }
        }
        double mean = Math.exp(logarithms / KERNELS.size());
        table.row("geometric mean", "", "", TextTable.ratio(mean));
        context.say(table.text());
        context.atMost("kernels-against-java", mean, RATIO_MAX, "x");
    }
}
