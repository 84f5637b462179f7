package dev.quern.sandbox;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreConfig;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A store with one tenant, the functions of a runtime, and one core, the test's thread. Reclaimed memory is poisoned. */
final class Rig implements AutoCloseable {
    /** Long past what any test needs, also interpreted and on a busy machine. */
    static final long PATIENT_US = 10_000_000;

    private static final int ARGUMENTS_MAX = 1 << 20;

    /** Those that run functions in Java. */
    private static final Set<String> JAVA = Set.of("java", "espresso");

    private final String runtime;
    private final Store store;
    private final Tenant tenant;
    private final Functions functions;
    private final Worker worker;

    Rig(String runtime) {
        this(runtime, TenantConfig.defaults());
    }

    Rig(String runtime, TenantConfig config) {
        this(runtime, config, IsolatesConfig.defaults());
    }

    Rig(String runtime, TenantConfig config, IsolatesConfig isolates) {
        this(
                runtime,
                new FunctionsConfig(
                        JAVA.contains(runtime) ? Manifest.AUTO : runtime, false, Limits.QUANTUM_US_MIN, isolates),
                config);
    }

    /** With a runtime's functions, on whatever is configured. */
    Rig(String runtime, FunctionsConfig functionsConfig, TenantConfig config) {
        this.runtime = runtime;
        store = Store.open(new StoreConfig(8, 42, true, false));
        tenant = store.createTenant("acme", config);
        functions = Functions.open(functionsConfig);
        if (isJava()) {
            functions.trust(tenant, runtime);
        }
        worker = new Worker();
    }

    /** A core and what it needs to call functions. Thread: one. */
    final class Worker implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private final StoreCore core = store.attach();
        private final FunctionCore functionCore = functions.attach(core);
        private final MemorySegment arguments = arena.allocate(ARGUMENTS_MAX);
        private Tenant caller = tenant;

        /** Calls on as another tenant. */
        Worker as(Tenant other) {
            caller = other;
            return this;
        }

        int call(String function, byte[]... values) {
            return call(function, false, 0, values);
        }

        int call(String function, boolean readOnly, long timeLimitUs, byte[]... values) {
            return call(function(caller, function), readOnly, timeLimitUs, values);
        }

        int call(Function function, boolean readOnly, long timeLimitUs, byte[]... values) {
            return callOn(caller.defaultTable(), function, readOnly, timeLimitUs, values);
        }

        int callOn(Table table, Function function, boolean readOnly, long timeLimitUs, byte[]... values) {
            ByteBuffer buffer = arguments.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            buffer.putInt(values.length);
            for (byte[] value : values) {
                buffer.putInt(value.length).put(value);
            }
            int status;
            do {
                status = invoke(table, function, readOnly, timeLimitUs, buffer.position());
            } while (isNotReady(status));
            return status;
        }

        /** One call, as a core makes it, with the arguments of the last one. */
        int invoke(Table table, Function function, boolean readOnly, long timeLimitUs, int argumentsLength) {
            Invocation call = functionCore.invocation();
            call.set(arguments.address(), argumentsLength, table, readOnly, timeLimitUs);
            return functionCore.invoke(function, call, System.nanoTime(), System.currentTimeMillis());
        }

        /** Whether the call is to be made again, as what it runs in was not there yet. */
        boolean isNotReady(int status) {
            return status == FunctionStatus.NOT_READY;
        }

        Invocation outcome() {
            return functionCore.invocation();
        }

        byte[] reply() {
            return NativeMemory.toArray(outcome().replyAddress(), outcome().replyLength());
        }

        String replyText() {
            return new String(reply(), StandardCharsets.UTF_8);
        }

        ByteBuffer replyNumbers() {
            return ByteBuffer.wrap(reply()).order(ByteOrder.LITTLE_ENDIAN);
        }

        void put(Table table, byte[] key, byte[] value) {
            core.enter(System.currentTimeMillis());
            try {
                if (table.put(core, key, value) != 0) {
                    throw new AssertionError("put failed");
                }
            } finally {
                core.exit();
            }
        }

        void put(String key, String value) {
            put(caller.defaultTable(), bytes(key), bytes(value));
        }

        byte @Nullable [] get(byte[] key) {
            core.enter(System.currentTimeMillis());
            try {
                return caller.defaultTable().get(core, key);
            } finally {
                core.exit();
            }
        }

        /** The value as text, or null. */
        @Nullable
        String get(String key) {
            byte[] value = get(bytes(key));
            return value == null ? null : new String(value, StandardCharsets.UTF_8);
        }

        /** Where the last call's arguments lie. */
        long argumentsAddress() {
            return arguments.address();
        }

        FunctionCore functionCore() {
            return functionCore;
        }

        StoreCore storeCore() {
            return core;
        }

        @Override
        public void close() {
            functionCore.close();
            core.close();
            arena.close();
        }
    }

    Worker worker() {
        return worker;
    }

    Worker newWorker() {
        return new Worker();
    }

    Tenant tenant() {
        return tenant;
    }

    Store store() {
        return store;
    }

    Functions functions() {
        return functions;
    }

    /** Whether functions in Java are under test. */
    private boolean isJava() {
        return JAVA.contains(runtime);
    }

    /** Deploys an example under its own name. */
    FunctionInfo example(String name) throws FunctionRefusedException {
        return deploy(patient(name), "examples/" + name);
    }

    /** Deploys one of the functions that only tests have, under its own name. */
    FunctionInfo hostile(String name) throws FunctionRefusedException {
        return deploy(patient(name), "hostile/" + name);
    }

    /** Deploys a function by its path, which has the same name in each language. */
    FunctionInfo deploy(Manifest manifest, String path) throws FunctionRefusedException {
        return isJava()
                ? functions.deploy(tenant, manifest.withRuntime(runtime), jar(path), false)
                : functions.deploy(tenant, manifest, module(path), false);
    }

    /** A function that is there. */
    Function function(Tenant owner, String name) {
        Function found = functions.find(owner, name);
        if (found == null) {
            throw new AssertionError("no function " + name);
        }
        return found;
    }

    static Manifest patient(String name) {
        return Manifest.named(name).withTimeLimitUs(PATIENT_US);
    }

    static byte[] module(String name) {
        return resource(name + ".wasm");
    }

    /** The jar of a function in Java, whose path is that of the one in C. */
    static byte[] jar(String path) {
        return resource(path.replaceFirst("/", "/java/") + ".jar");
    }

    private static byte[] resource(String name) {
        try (InputStream resource = Rig.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new AssertionError("no resource " + name + "; run scripts/build-guests");
            }
            return resource.readAllBytes();
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    @Override
    public void close() {
        worker.close();
        functions.close();
        store.close();
    }
}
