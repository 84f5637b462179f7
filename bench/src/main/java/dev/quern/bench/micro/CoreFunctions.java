package dev.quern.bench.micro;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.functions.JavaCalls;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.sandbox.Function;
import dev.quern.sandbox.FunctionCore;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.FunctionStatus;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.FunctionsConfig;
import dev.quern.sandbox.Invocation;
import dev.quern.sandbox.Manifest;

/** As a core loop calls them: WebAssembly in the tenant's isolate, or the same in Java, which the tenant is trusted with. */
final class CoreFunctions implements CalledFunctions {
    private static final String WASM = "graalwasm";
    private static final String JAVA = "java";
    private static final String TRUSTED = "trusted";
    private static final int KEY_OFFSET = 2 * Integer.BYTES;
    private static final int HOPS_OFFSET = KEY_OFFSET + ChainedRecords.KEY_LENGTH + Integer.BYTES;
    private static final int ARGUMENTS_LENGTH = HOPS_OFFSET + Integer.BYTES;

    /** The first, cold call on a busy machine takes its time. */
    private static final long TIME_LIMIT_US = 10_000_000;

    private final ChainedRecords records = new ChainedRecords();
    private final Functions functions = Functions.open(
            new FunctionsConfig(Manifest.AUTO, false, FunctionsConfig.defaults().quantumUs()));
    private final FunctionCore core = functions.attach(records.core());
    private final Function noop;
    private final Function lookup;
    private final long noArguments;
    private final long arguments;

    CoreFunctions(boolean isTrusted) throws FunctionRefusedException {
        if (isTrusted) {
            functions.trust(records.tenant(), JAVA);
            functions.register(records.tenant(), manifest(TRUSTED, JAVA), JavaCalls::new, false);
        } else {
            deploy("noop");
            deploy("lookup");
        }
        noop = find(isTrusted ? TRUSTED + ".noop" : "noop");
        lookup = find(isTrusted ? TRUSTED + ".lookup" : "lookup");
        noArguments = records.arena().allocate(Integer.BYTES, Long.BYTES).address();
        arguments = records.arena().allocate(ARGUMENTS_LENGTH, Long.BYTES).address();
        NativeMemory.putInt(arguments, 2);
        NativeMemory.putInt(arguments + Integer.BYTES, ChainedRecords.KEY_LENGTH);
        NativeMemory.putInt(arguments + HOPS_OFFSET - Integer.BYTES, Integer.BYTES);
    }

    private static Manifest manifest(String name, String runtime) {
        return Manifest.named(name).withRuntime(runtime).withReadOnly(true).withTimeLimitUs(TIME_LIMIT_US);
    }

    private void deploy(String name) throws FunctionRefusedException {
        functions.deploy(records.tenant(), manifest(name, WASM), CalledFunctions.example(name), false);
    }

    private Function find(String name) {
        Function found = functions.find(records.tenant(), name);
        if (found == null) {
            throw new BenchFailedException("no function " + name + " is deployed");
        }
        return found;
    }

    private Invocation call(Function function, long list, int length) {
        Invocation invocation = core.invocation();
        invocation.set(list, length, records.table(), true, 0);
        if (core.invoke(function, invocation, System.nanoTime(), 0) != FunctionStatus.OK) {
            throw new IllegalStateException("the call failed: " + invocation.error());
        }
        return invocation;
    }

    @Override
    public int noop() {
        return call(noop, noArguments, Integer.BYTES).resultCode();
    }

    @Override
    public long lookup(long start, int hops) {
        NativeMemory.putLong(arguments + KEY_OFFSET, start);
        NativeMemory.putInt(arguments + HOPS_OFFSET, hops);
        Invocation answered = call(lookup, arguments, ARGUMENTS_LENGTH);
        return answered.replyLength() == ChainedRecords.VALUE_LENGTH
                ? NativeMemory.getLong(answered.replyAddress())
                : -1;
    }

    @Override
    public void close() {
        core.close();
        functions.close();
        records.close();
    }
}
