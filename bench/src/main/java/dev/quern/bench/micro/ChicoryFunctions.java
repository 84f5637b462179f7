package dev.quern.bench.micro;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.ValType;
import dev.quern.ffi.linux.NativeMemory;
import java.util.Collections;
import java.util.List;

/**
 * As an ordinary embedder of Chicory calls them, compiled to JVM bytecode: imports are host functions, which copy values into the guest's own memory. No
 * limits, no transaction.
 */
final class ChicoryFunctions implements CalledFunctions {
    private static final String MODULE = "quern";
    private static final int PAGES = 1;

    /** Behind the stack of the example functions. */
    private static final int VALUE_ADDRESS = 48 << 10;

    private final ChainedRecords records = new ChainedRecords();
    private final Memory memory = new ByteArrayMemory(new MemoryLimits(PAGES, PAGES));
    private final ExportFunction noop = export("noop");
    private final ExportFunction lookup = export("lookup");
    private final long key =
            records.arena().allocate(ChainedRecords.KEY_LENGTH, Long.BYTES).address();
    private final byte[] value = new byte[ChainedRecords.VALUE_LENGTH];
    private long start;
    private int hops;
    private byte[] replied = {};

    private ExportFunction export(String name) {
        WasmModule module = Parser.parse(CalledFunctions.example(name));
        ImportValues imports = ImportValues.builder()
                .addMemory(new ImportMemory("env", "memory", memory))
                .addFunction(new HostFunction(MODULE, "arg", type(3, ValType.I32), (guest, values) -> argument(values)))
                .addFunction(new HostFunction(MODULE, "get", type(3, ValType.I64), (guest, values) -> get(values)))
                .addFunction(new HostFunction(MODULE, "reply", type(2, ValType.I32), (guest, values) -> reply(values)))
                .build();
        return Instance.builder(module)
                .withImportValues(imports)
                .withMachineFactory(MachineFactoryCompiler.compile(module))
                .build()
                .export("run");
    }

    private static FunctionType type(int parameters, ValType result) {
        return FunctionType.of(Collections.nCopies(parameters, ValType.I32), List.of(result));
    }

    private long[] argument(long... values) {
        int target = (int) values[1];
        if (values[0] == 1) {
            memory.writeI32(target, hops);
            return new long[] {Integer.BYTES};
        }
        memory.writeLong(target, start);
        memory.writeLong(target + Long.BYTES, 0);
        return new long[] {ChainedRecords.KEY_LENGTH};
    }

    private long[] get(long... values) {
        byte[] keyBytes = memory.readBytes((int) values[1], (int) values[2]);
        NativeMemory.copyFromArray(keyBytes, 0, key, keyBytes.length);
        records.copyValue(key, value);
        memory.write(VALUE_ADDRESS, value, 0, value.length);
        return new long[] {(long) value.length << Integer.SIZE | VALUE_ADDRESS};
    }

    private long[] reply(long... values) {
        replied = memory.readBytes((int) values[0], (int) values[1]);
        return new long[] {0};
    }

    @Override
    public int noop() {
        return (int) noop.apply()[0];
    }

    @Override
    public long lookup(long start, int hops) {
        this.start = start;
        this.hops = hops;
        boolean isDone = lookup.apply()[0] == 0 && replied.length == value.length;
        return isDone ? LittleEndian.getLong(replied, 0) : -1;
    }

    @Override
    public void close() {
        records.close();
    }
}
