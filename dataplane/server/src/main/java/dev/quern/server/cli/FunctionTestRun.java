package dev.quern.server.cli;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Store;
import dev.quern.kvstore.StoreConfig;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import dev.quern.sandbox.Function;
import dev.quern.sandbox.FunctionCore;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.Invocation;
import dev.quern.sandbox.Limits;
import dev.quern.sandbox.Manifest;
import dev.quern.server.cli.FunctionTestFile.Expected;
import dev.quern.server.cli.FunctionTestFile.TableState;
import dev.quern.server.cli.FunctionTestFile.TestCase;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs one test of a function in a store of its own, which nobody else sees. Thread: the caller's, which is the store's core. */
final class FunctionTestRun {
    private final Functions functions;
    private final Manifest manifest;
    private final byte[] module;

    FunctionTestRun(Functions functions, Manifest manifest, byte[] module) {
        this.functions = functions;
        this.manifest = manifest;
        this.module = module;
    }

    /** What is wrong, in one line; null when all is as expected. */
    @Nullable
    String run(TestCase test) throws FunctionRefusedException {
        try (Store store = Store.open(StoreConfig.defaults());
                StoreCore core = store.attach();
                FunctionCore functionCore = functions.attach(core);
                Arena arena = Arena.ofConfined()) {
            TableState state = test.tables().get(FunctionTestFile.DEFAULT_TABLE);
            Tenant tenant = store.createTenant(
                    "test", TenantConfig.defaults().withDefaultTable(config(state != null && state.isOrdered())));
            if (functions.needsTrust(manifest.runtime())) {
                functions.trust(tenant, manifest.runtime()); // Who runs the test may run the function's classes.
            }
            functions.deploy(tenant, manifest.withTimeLimitUs(Limits.TIME_LIMIT_US_MAX), module, false);
            Map<String, Table> tables = new HashMap<>();
            for (Map.Entry<String, TableState> named : test.tables().entrySet()) {
                Table table = named.getKey().equals(FunctionTestFile.DEFAULT_TABLE)
                        ? tenant.defaultTable()
                        : tenant.createTable(
                                named.getKey(), config(named.getValue().isOrdered()));
                tables.put(named.getKey(), table);
                fill(core, table, named.getValue().records());
            }
            MemorySegment arguments = arena.allocate(FunctionTestFile.ARGUMENTS_BYTES_MAX);
            int number = 0;
            for (Expected call : test.calls()) {
                number++;
                String wrong = call(tenant, functionCore, arguments, call);
                if (wrong != null) {
                    return "call " + number + ": " + wrong;
                }
            }
            for (Map.Entry<String, TableState> named : test.tables().entrySet()) {
                Table table = tables.get(named.getKey());
                String wrong = table == null ? null : compare(core, table, named.getValue());
                if (wrong != null) {
                    return (named.getKey().isEmpty() ? "" : "table " + named.getKey() + ": ") + wrong;
                }
            }
            return null;
        }
    }

    private static TableConfig config(boolean isOrdered) {
        return TableConfig.defaults().withKind(isOrdered ? TableKind.ORDERED : TableKind.HASH);
    }

    private static void fill(StoreCore core, Table table, Map<String, byte[]> records) {
        core.enter(System.currentTimeMillis());
        try {
            records.forEach((key, value) -> {
                int status = table.put(core, key.getBytes(StandardCharsets.UTF_8), value);
                if (status != StoreStatus.OK) {
                    throw new IllegalStateException(key + ": " + StoreStatus.describe(status));
                }
            });
        } finally {
            core.exit();
        }
    }

    private @Nullable String call(Tenant tenant, FunctionCore core, MemorySegment arguments, Expected expected) {
        String name = expected.entry() == null ? manifest.name() : manifest.name() + "." + expected.entry();
        Function function = functions.find(tenant, name);
        if (function == null) {
            return "no entry " + name + "; exported are "
                    + functions.list(tenant).getFirst().entries();
        }
        ByteBuffer buffer = arguments.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(expected.arguments().size());
        for (byte[] argument : expected.arguments()) {
            buffer.putInt(argument.length).put(argument);
        }
        int logged = functions.log(tenant).size();
        Invocation call = core.invocation();
        // What is tested is what a function does; on a JVM that just began, how long it takes says little.
        boolean isTimed = expected.status().equals(FunctionTestFile.DEADLINE);
        long limitUs = isTimed ? manifest.timeLimitUs() : Limits.TIME_LIMIT_US_MAX;
        call.set(arguments.address(), buffer.position(), tenant.defaultTable(), false, limitUs);
        int status = core.invoke(function, call, System.nanoTime(), System.currentTimeMillis());
        if (status != FunctionTestFile.STATUSES.getOrDefault(expected.status(), 0)) {
            return "status is " + word(status) + ", expected " + expected.status()
                    + (call.error().isEmpty() ? "" : " (" + call.error() + ")");
        }
        if (expected.result() != null && call.resultCode() != expected.result()) {
            return "result is " + call.resultCode() + ", expected " + expected.result();
        }
        byte[] reply = call.replied() ? NativeMemory.toArray(call.replyAddress(), call.replyLength()) : new byte[0];
        if (expected.reply() != null && !Arrays.equals(reply, expected.reply())) {
            return "reply is " + show(reply) + ", expected " + show(expected.reply());
        }
        List<String> log = functions.log(tenant);
        if (expected.log() != null && !log.subList(logged, log.size()).contains(expected.log())) {
            return "no line \"" + expected.log() + "\" was logged, but " + log.subList(logged, log.size());
        }
        return null;
    }

    private static String word(int status) {
        return FunctionTestFile.STATUSES.entrySet().stream()
                .filter(entry -> entry.getValue() == status)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("" + status);
    }

    private static @Nullable String compare(StoreCore core, Table table, TableState state) {
        core.enter(System.currentTimeMillis());
        try {
            for (Map.Entry<String, byte[]> record : state.after().entrySet()) {
                byte[] value = table.get(core, record.getKey().getBytes(StandardCharsets.UTF_8));
                if (value == null || !Arrays.equals(value, record.getValue())) {
                    return "afterwards " + record.getKey() + " is " + (value == null ? "absent" : show(value))
                            + ", expected " + show(record.getValue());
                }
            }
            for (String key : state.absent()) {
                byte[] value = table.get(core, key.getBytes(StandardCharsets.UTF_8));
                if (value != null) {
                    return "afterwards " + key + " is " + show(value) + ", expected absent";
                }
            }
            return null;
        } finally {
            core.exit();
        }
    }

    /** As text where it is some, else in hexadecimal. */
    static String show(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.chars().noneMatch(Character::isISOControl)) {
                return "\"" + text + "\"";
            }
        } catch (CharacterCodingException binary) {
            return "{ hex = \"" + HexFormat.of().formatHex(bytes) + "\" }";
        }
        return "{ hex = \"" + HexFormat.of().formatHex(bytes) + "\" }";
    }
}
