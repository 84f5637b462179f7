package dev.quern.bench.micro;

import dev.quern.ffi.linux.NativeMemory;
import java.nio.ByteOrder;
import java.util.Map;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.ByteSequence;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.graalvm.polyglot.proxy.ProxyObject;

/**
 * As an ordinary embedder of GraalWasm calls them: by its public API, with imports that are host functions and copy values into the guest's own memory, by
 * words, as that API has nothing larger. The thread stays inside the context, as a core does. No limits, no transaction.
 */
final class PolyglotFunctions implements CalledFunctions {
    private static final String WASM = "wasm";

    /** A module that has nothing but a memory of one page, and exports it. */
    private static final byte[] MEMORY = {
        0, 'a', 's', 'm', 1, 0, 0, 0, 5, 3, 1, 0, 1, 7, 10, 1, 6, 'm', 'e', 'm', 'o', 'r', 'y', 2, 0
    };

    /** Behind the stack of the example functions. */
    private static final int VALUE_ADDRESS = 48 << 10;

    private final ChainedRecords records = new ChainedRecords();
    private final Context context = Context.newBuilder(WASM).build();
    private final Value memory;
    private final Value noop;
    private final Value lookup;
    private final long key =
            records.arena().allocate(ChainedRecords.KEY_LENGTH, Long.BYTES).address();
    private final byte[] keyBytes = new byte[ChainedRecords.KEY_LENGTH];
    private final byte[] value = new byte[ChainedRecords.VALUE_LENGTH];
    private long start;
    private int hops;
    private int replied;

    PolyglotFunctions() {
        context.enter();
        memory = exports("memory", MEMORY).getMember("memory");
        noop = exports("noop", CalledFunctions.example("noop"), imports()).getMember("run");
        lookup = exports("lookup", CalledFunctions.example("lookup"), imports()).getMember("run");
    }

    private Value exports(String name, byte[] module, Object... imports) {
        Source source =
                Source.newBuilder(WASM, ByteSequence.create(module), name).buildLiteral();
        return context.eval(source).newInstance(imports).getMember("exports");
    }

    private ProxyObject imports() {
        return ProxyObject.fromMap(Map.of(
                "env",
                ProxyObject.fromMap(Map.of("memory", memory)),
                "quern",
                ProxyObject.fromMap(Map.<String, Object>of(
                        "arg", (ProxyExecutable) this::argument,
                        "get", (ProxyExecutable) this::get,
                        "reply", (ProxyExecutable) this::reply))));
    }

    private Object argument(Value... arguments) {
        int target = arguments[1].asInt();
        if (arguments[0].asInt() == 1) {
            memory.writeBufferInt(ByteOrder.LITTLE_ENDIAN, target, hops);
            return Integer.BYTES;
        }
        memory.writeBufferLong(ByteOrder.LITTLE_ENDIAN, target, start);
        memory.writeBufferLong(ByteOrder.LITTLE_ENDIAN, target + Long.BYTES, 0);
        return ChainedRecords.KEY_LENGTH;
    }

    private Object get(Value... arguments) {
        memory.readBuffer(arguments[1].asInt(), keyBytes, 0, arguments[2].asInt());
        NativeMemory.copyFromArray(keyBytes, 0, key, keyBytes.length);
        records.copyValue(key, value);
        int at = 0;
        for (; at + Long.BYTES <= value.length; at += Long.BYTES) {
            memory.writeBufferLong(ByteOrder.LITTLE_ENDIAN, VALUE_ADDRESS + at, LittleEndian.getLong(value, at));
        }
        for (; at < value.length; at++) {
            memory.writeBufferByte(VALUE_ADDRESS + at, value[at]);
        }
        return (long) value.length << Integer.SIZE | VALUE_ADDRESS;
    }

    private Object reply(Value... arguments) {
        replied = arguments[1].asInt();
        memory.readBuffer(arguments[0].asInt(), value, 0, replied);
        return 0;
    }

    @Override
    public int noop() {
        return noop.execute().asInt();
    }

    @Override
    public long lookup(long start, int hops) {
        this.start = start;
        this.hops = hops;
        replied = 0;
        boolean isDone = lookup.execute().asInt() == 0 && replied == value.length;
        return isDone ? LittleEndian.getLong(value, 0) : -1;
    }

    @Override
    public void close() {
        context.leave();
        context.close();
        records.close();
    }
}
