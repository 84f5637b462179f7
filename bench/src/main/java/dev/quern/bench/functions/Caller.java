package dev.quern.bench.functions;

import dev.quern.bench.BenchFailedException;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.PutCondition;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.Function;
import dev.quern.sandbox.FunctionCore;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.FunctionStatus;
import dev.quern.sandbox.Invocation;
import dev.quern.sandbox.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** A function of a tenant with the arguments that it is called with, as a core loop calls it. Thread: the rig's. */
final class Caller {
    /** The trusted baseline's runtime. */
    static final String JAVA = "java";

    private static final String GRAAL = "graalwasm";

    /** As the workload has it: a value's bytes, of which the first words name the next key. */
    static final int VALUE_LENGTH = 100;

    /** What {@code lookup} takes for a key. */
    static final int KEY_LENGTH = 16;

    /** How far the key that a value names is from its own; shares no factor with the counts of keys that are used. */
    private static final long STRIDE = 7_919;

    /** What a core takes up in one turn. */
    private static final int BURST = 64;

    private final FunctionCore core;
    private final Function function;
    private final Table table;
    private final long arguments;
    private final int argumentsLength;

    private Caller(FunctionCore core, Function function, long arguments, int argumentsLength) {
        this.core = core;
        this.function = function;
        this.arguments = arguments;
        this.argumentsLength = argumentsLength;
        table = function.tenant().defaultTable();
    }

    /** A caller of a function that is deployed. */
    static Caller of(FunctionRig rig, Tenant tenant, String name, byte[]... values) {
        int length = Integer.BYTES;
        for (byte[] value : values) {
            length += Integer.BYTES + value.length;
        }
        long list = Arena.global().allocate(length, Long.BYTES).address();
        NativeMemory.putInt(list, values.length);
        long at = list + Integer.BYTES;
        for (byte[] value : values) {
            NativeMemory.putInt(at, value.length);
            NativeMemory.copyFromArray(value, 0, at + Integer.BYTES, value.length);
            at += Integer.BYTES + value.length;
        }
        Function function = rig.functions().find(tenant, name);
        if (function == null) {
            throw new BenchFailedException("no function " + name + " is deployed");
        }
        return new Caller(rig.functionCore(), function, list, length);
    }

    /** Deploys a module of the bench's own. */
    static void deploy(FunctionRig rig, Tenant tenant, String name) throws FunctionRefusedException {
        try (InputStream module = Caller.class.getResourceAsStream(name + ".wasm")) {
            if (module == null) {
                throw new BenchFailedException("no module " + name + ": run scripts/build-guests");
            }
            rig.functions().deploy(tenant, manifest(name), module.readAllBytes(), false);
        } catch (IOException unreadable) {
            throw new BenchFailedException("cannot read module " + name, unreadable);
        }
    }

    /** Of a function on the fastest runtime from the first call on, as what is measured is warm. */
    static Manifest manifest(String name) {
        return Manifest.named(name).withRuntime(GRAAL).withTimeLimitUs(FunctionRig.TIME_LIMIT_US);
    }

    /** Puts records whose keys are numbers of {@code keyLength} bytes, each followed by that of the next. */
    static void fill(FunctionRig rig, Tenant tenant, int records, int keyLength) {
        fill(rig.storeCore(), tenant, records, keyLength);
    }

    /** As above, by a core of the calling thread's. */
    static void fill(StoreCore core, Tenant tenant, int records, int keyLength) {
        try (Arena arena = Arena.ofConfined()) {
            long key = arena.allocate(keyLength, Long.BYTES).address();
            long value = arena.allocate(VALUE_LENGTH, Long.BYTES).address();
            for (int i = 0; i < records; i++) {
                NativeMemory.putLong(key, i);
                NativeMemory.putLong(value, (i + STRIDE) % records);
                core.enter(0);
                int status = tenant.defaultTable()
                        .put(core, key, keyLength, value, VALUE_LENGTH, Record.NO_EXPIRY, PutCondition.NONE);
                core.exit();
                if (status != StoreStatus.OK) {
                    throw new BenchFailedException("a record was not put: " + StoreStatus.describe(status));
                }
            }
        }
    }

    /** The number that a value names after so many gets, each of the key that the last one named. */
    static long after(int start, int gets, int records) {
        return (start + gets * STRIDE) % records;
    }

    /** A number as an argument of four bytes. */
    static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /** One call that must come to its end. */
    void call() {
        call(System.nanoTime());
    }

    private void call(long nowNs) {
        Invocation call = core.invocation();
        call.set(arguments, argumentsLength, table, true, 0);
        if (core.invoke(function, call, nowNs, 0) != FunctionStatus.OK) {
            throw new BenchFailedException("a call failed: " + call.error());
        }
    }

    /** Calls one after the other, as a core with bursts of them does: it reads the clock once for each. Few calls may be slow ones. */
    void call(int times) {
        long nowNs = 0;
        for (int i = 0; i < times; i++) {
            if (times < BURST || i % BURST == 0) {
                nowNs = System.nanoTime();
            }
            call(nowNs);
        }
    }

    /** Each call in a turn of its own: the core reads the clock before, and looks after its isolates. */
    void callAlone(int times) {
        for (int i = 0; i < times; i++) {
            long nowNs = System.nanoTime();
            call(nowNs);
            core.maintain(nowNs);
        }
    }

    /** Each call is another caller's: all of one rig, in bursts. */
    static void callAtRandom(Caller[] callers, int times) {
        SplittableRandom random = new SplittableRandom(times);
        long nowNs = 0;
        for (int i = 0; i < times; i++) {
            if (times < BURST || i % BURST == 0) {
                nowNs = System.nanoTime();
            }
            callers[random.nextInt(callers.length)].call(nowNs);
        }
    }

    /** The eight bytes that a call replies. */
    long reply() {
        call();
        Invocation answered = core.invocation();
        if (answered.replyLength() != Long.BYTES) {
            throw new BenchFailedException("a reply of " + answered.replyLength() + " bytes");
        }
        return NativeMemory.getLong(answered.replyAddress());
    }
}
