package dev.quern.sandbox;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Makes isolates and calls small functions of ours, on a store of its own, so that no tenant's first call waits on a core while the JVM
 * loads and compiles what all calls share: a tenth of a second the first time. Once in a JVM for each runtime. Thread: its own.
 */
final class WarmUp {
    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final Set<String> DONE = ConcurrentHashMap.newKeySet();

    private static final String COUNTER = "counter";

    /** Between them they call what most functions do. */
    static final List<String> EXAMPLES = List.of("noop", "echo", "lookup", COUNTER);

    private static final String NAME = "warm-up";
    private static final int ISOLATES = 30;
    static final int CALLS = 100;
    private static final long TIME_MAX_NS = 3_000_000_000L;
    private static final long CALL_TIME_MAX_US = 1_000_000;

    private static final int ARGUMENTS_BYTES = 5 * Integer.BYTES;

    /** A key and a value that is a number: {@code 1111}. */
    private static final int DIGITS = 0x31313131;

    private final Functions functions;
    private final BooleanSupplier isUnwanted;

    WarmUp(Functions functions, BooleanSupplier isUnwanted) {
        this.functions = functions;
        this.isUnwanted = isUnwanted;
    }

    /** Warms up unless this JVM is warm already. */
    void run() {
        if (!DONE.add(functions.report().runtime())) {
            return;
        }
        try {
            warm();
        } catch (RuntimeException failed) {
            if (!isUnwanted.getAsBoolean()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "functions were not warmed up; first calls will take longer",
                        failed);
            }
        }
    }

    /** Calls until all is warm, the time is over, or nobody wants it any more; returns how many calls came to a good end. */
    int warm() {
        long endNs = System.nanoTime() + TIME_MAX_NS;
        int good = 0;
        try (Store store = Store.open();
                StoreCore core = store.attach();
                Arena arena = Arena.ofConfined()) {
            Tenant tenant = store.createTenant(NAME, TenantConfig.defaults());
            try {
                long arguments = prepare(core, tenant, arena);
                for (int i = 0; i < ISOLATES && !isUnwanted.getAsBoolean() && System.nanoTime() < endNs; i++) {
                    good += call(core, tenant, arguments);
                }
            } finally {
                functions.forget(tenant);
            }
        } catch (IOException | FunctionRefusedException impossible) {
            throw new IllegalStateException("an example function could not be deployed", impossible);
        }
        return good;
    }

    /** Deploys the examples and puts one record whose value is its own key; returns the argument lists: for all but the counter, and for that. */
    private long prepare(StoreCore core, Tenant tenant, Arena arena) throws IOException, FunctionRefusedException {
        for (String name : EXAMPLES) {
            try (InputStream module = WarmUp.class.getResourceAsStream("examples/" + name + ".wasm")) {
                if (module == null) {
                    throw new IOException("no example function " + name + " beside the classes");
                }
                Manifest manifest = Manifest.named(name)
                        .withRuntime(functions.report().runtime())
                        .withTimeLimitUs(CALL_TIME_MAX_US);
                functions.deploy(tenant, manifest, module.readAllBytes(), false);
            }
        }
        // A key of four digits; and how many records to follow, or a number to add.
        long lists = arena.allocate(2L * ARGUMENTS_BYTES, Long.BYTES).address();
        writeArguments(lists, 1);
        writeArguments(lists + ARGUMENTS_BYTES, DIGITS);
        long key = lists + 2 * Integer.BYTES;
        core.enter(0);
        tenant.defaultTable().put(core, key, Integer.BYTES, key, Integer.BYTES, Record.NO_EXPIRY, PutCondition.NONE);
        core.exit();
        return lists;
    }

    private static void writeArguments(long list, int second) {
        NativeMemory.putInt(list, 2);
        NativeMemory.putInt(list + Integer.BYTES, Integer.BYTES);
        NativeMemory.putInt(list + 2 * Integer.BYTES, DIGITS);
        NativeMemory.putInt(list + 3 * Integer.BYTES, Integer.BYTES);
        NativeMemory.putInt(list + 4 * Integer.BYTES, second);
    }

    private int call(StoreCore core, Tenant tenant, long arguments) {
        int good = 0;
        Table table = tenant.defaultTable();
        try (FunctionCore functionCore = functions.attach(core)) {
            for (int i = 0; i < CALLS; i++) {
                for (String name : EXAMPLES) {
                    Function function = functions.find(tenant, name);
                    if (function != null) {
                        Invocation call = functionCore.invocation();
                        long list = name.equals(COUNTER) ? arguments + ARGUMENTS_BYTES : arguments;
                        call.set(list, ARGUMENTS_BYTES, table, false, 0);
                        good += functionCore.invoke(function, call, System.nanoTime(), 0) == FunctionStatus.OK ? 1 : 0;
                    }
                }
            }
        }
        return good;
    }
}
