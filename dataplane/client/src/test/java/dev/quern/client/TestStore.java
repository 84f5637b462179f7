package dev.quern.client;

import dev.quern.protocol.CompareAndSetLayout;
import dev.quern.protocol.DeployLayout;
import dev.quern.protocol.ExpireLayout;
import dev.quern.protocol.FunctionFetchLayout;
import dev.quern.protocol.FunctionLayout;
import dev.quern.protocol.FunctionModuleLayout;
import dev.quern.protocol.IncrementLayout;
import dev.quern.protocol.InvokeLayout;
import dev.quern.protocol.MultiGetLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PushbackLayout;
import dev.quern.protocol.PutLayout;
import dev.quern.protocol.ScanLayout;
import dev.quern.protocol.Status;
import dev.quern.protocol.TableOpenLayout;
import dev.quern.protocol.Wire;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Records of the {@link TestServer}, and how often each request was executed. */
final class TestStore {
    @SuppressWarnings("ArrayRecordComponent")
    record Answer(int opcode, int status, byte[] body) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Stored(byte[] value, long version, long ttlMs) {}

    private final Map<String, Map<ByteBuffer, Stored>> tables = new TreeMap<>();
    private final List<String> tableNames = new ArrayList<>(List.of("default"));
    private final Map<Integer, AtomicInteger> executions = new ConcurrentHashMap<>();
    private final Map<String, byte[]> functions = new TreeMap<>();
    private long version;

    /** Requests that are answered BUSY before the next one is executed, and when they are told to come again. */
    final AtomicInteger busyNext = new AtomicInteger();

    volatile int retryAfterUs;

    /** How often requests of this kind were executed. */
    int executions(int opcode) {
        return executions.computeIfAbsent(opcode, o -> new AtomicInteger()).get();
    }

    /** Every id but the default table's changes. */
    void renumberTables() {
        tableNames.subList(1, tableNames.size()).clear();
        tableNames.add("taken");
    }

    /** @return null when it goes on for ever */
    @Nullable
    Answer execute(int opcode, int table, byte[] body) {
        if (busyNext.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return new Answer(opcode, Status.BUSY, new byte[0]);
        }
        executions.computeIfAbsent(opcode, o -> new AtomicInteger()).incrementAndGet();
        if (table >= tableNames.size()) {
            return new Answer(opcode, Status.UNKNOWN_TABLE, new byte[0]);
        }
        Map<ByteBuffer, Stored> records = tables.computeIfAbsent(tableNames.get(table), name -> new TreeMap<>());
        MemorySegment memory = MemorySegment.ofArray(body);
        return switch (opcode) {
            case Opcode.GET -> {
                Stored found = records.get(ByteBuffer.wrap(body));
                yield found == null ? status(opcode, Status.NOT_FOUND) : ok(opcode, longs(found.version), found.value);
            }
            case Opcode.DELETE ->
                status(opcode, records.remove(ByteBuffer.wrap(body)) == null ? Status.NOT_FOUND : Status.OK);
            case Opcode.TIME_TO_LIVE -> {
                Stored found = records.get(ByteBuffer.wrap(body));
                yield found == null
                        ? status(opcode, Status.NOT_FOUND)
                        : ok(opcode, longs(found.ttlMs == 0 ? -1 : found.ttlMs));
            }
            case Opcode.PUT -> put(records, memory, body);
            case Opcode.COMPARE_AND_SET -> compareAndSet(records, memory, body);
            case Opcode.INCREMENT -> increment(records, memory, body);
            case Opcode.EXPIRE -> {
                ByteBuffer key = slice(body, ExpireLayout.KEY_OFFSET, body.length);
                Stored found = records.get(key);
                if (found == null) {
                    yield status(opcode, Status.NOT_FOUND);
                }
                records.put(key, new Stored(found.value, ++version, ExpireLayout.ttlMs(memory, 0)));
                yield status(opcode, Status.OK);
            }
            case Opcode.MULTI_GET -> multiGet(records, memory, body);
            case Opcode.SCAN -> scan(records, memory);
            case Opcode.TABLE_OPEN -> openTable(memory, body);
            case Opcode.INVOKE -> invoke(memory, body);
            case Opcode.DEPLOY -> deploy(memory, body);
            case Opcode.FUNCTION_LIST -> list();
            case Opcode.FUNCTION_DESCRIBE -> {
                byte[] function = functions.get(text(body, 0, body.length));
                yield function == null ? status(opcode, Status.UNKNOWN_FUNCTION) : ok(opcode, function);
            }
            case Opcode.FUNCTION_REMOVE ->
                status(
                        opcode,
                        functions.remove(text(body, 0, body.length)) == null ? Status.UNKNOWN_FUNCTION : Status.OK);
            case Opcode.FUNCTION_FETCH -> fetch(text(body, FunctionFetchLayout.NAME_OFFSET, body.length));
            case Opcode.PING -> ok(opcode, body);
            case Opcode.STATS -> ok(opcode, bytes("requests 3\nrecords " + records.size() + "\n"));
            default -> status(opcode, Status.UNKNOWN_OPCODE);
        };
    }

    private Answer put(Map<ByteBuffer, Stored> records, MemorySegment memory, byte[] body) {
        int keyEnd = PutLayout.KEY_OFFSET + PutLayout.keyLength(memory, 0);
        ByteBuffer key = slice(body, PutLayout.KEY_OFFSET, keyEnd);
        boolean there = records.containsKey(key);
        int conditions = PutLayout.conditions(memory, 0);
        if (there && conditions == PutLayout.IF_ABSENT) {
            return status(Opcode.PUT, Status.EXISTS);
        }
        if (!there && conditions == PutLayout.IF_PRESENT) {
            return status(Opcode.PUT, Status.NOT_FOUND);
        }
        byte[] value = Arrays.copyOfRange(body, keyEnd, body.length);
        if (Arrays.equals(value, bytes("quota"))) {
            return status(Opcode.PUT, Status.OVER_QUOTA);
        }
        records.put(key, new Stored(value, ++version, PutLayout.ttlMs(memory, 0)));
        return ok(Opcode.PUT, longs(version));
    }

    private Answer compareAndSet(Map<ByteBuffer, Stored> records, MemorySegment memory, byte[] body) {
        int keyEnd = CompareAndSetLayout.KEY_OFFSET + CompareAndSetLayout.keyLength(memory, 0);
        ByteBuffer key = slice(body, CompareAndSetLayout.KEY_OFFSET, keyEnd);
        Stored found = records.get(key);
        if ((found == null ? 0 : found.version) != CompareAndSetLayout.expectedVersion(memory, 0)) {
            return status(Opcode.COMPARE_AND_SET, Status.CONFLICT);
        }
        long ttlMs = CompareAndSetLayout.ttlMs(memory, 0);
        records.put(key, new Stored(Arrays.copyOfRange(body, keyEnd, body.length), ++version, ttlMs));
        return ok(Opcode.COMPARE_AND_SET, longs(version));
    }

    private Answer increment(Map<ByteBuffer, Stored> records, MemorySegment memory, byte[] body) {
        ByteBuffer key = slice(body, IncrementLayout.KEY_OFFSET, body.length);
        Stored found = records.get(key);
        try {
            long before = found == null ? 0 : Long.parseLong(text(found.value, 0, found.value.length));
            long after = before + IncrementLayout.delta(memory, 0);
            records.put(key, new Stored(bytes(Long.toString(after)), ++version, 0));
            return ok(Opcode.INCREMENT, longs(after), longs(version));
        } catch (NumberFormatException e) {
            return status(Opcode.INCREMENT, Status.NOT_A_NUMBER);
        }
    }

    private static Answer multiGet(Map<ByteBuffer, Stored> records, MemorySegment memory, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int count = MultiGetLayout.count(memory, 0);
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) count)
                .array());
        int at = MultiGetLayout.KEYS_OFFSET;
        for (int i = 0; i < count; i++) {
            int length = Wire.getUnsignedShort(memory, at);
            Stored found = records.get(slice(body, at + 2, at + 2 + length));
            at += 2 + length;
            out.writeBytes(longs(found == null ? 0 : found.version));
            out.writeBytes(ints(found == null ? -1 : found.value.length));
            if (found != null) {
                out.writeBytes(found.value);
            }
        }
        return ok(Opcode.MULTI_GET, out.toByteArray());
    }

    private static Answer scan(Map<ByteBuffer, Stored> records, MemorySegment memory) {
        long cursor = ScanLayout.cursor(memory, 0);
        int recordsMax = ScanLayout.recordsMax(memory, 0);
        boolean values = ScanLayout.flags(memory, 0) == ScanLayout.FLAG_VALUES;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Map.Entry<ByteBuffer, Stored>> step =
                records.entrySet().stream().skip(cursor).limit(recordsMax).toList();
        out.writeBytes(longs(cursor + step.size() < records.size() ? cursor + step.size() : 0));
        out.writeBytes(ints(step.size()));
        for (Map.Entry<ByteBuffer, Stored> entry : step) {
            byte[] key = entry.getKey().array();
            out.writeBytes(ints(key.length));
            out.writeBytes(ints(values ? entry.getValue().value.length : -1));
            out.writeBytes(key);
            if (values) {
                out.writeBytes(entry.getValue().value);
            }
        }
        return ok(Opcode.SCAN, out.toByteArray());
    }

    private Answer openTable(MemorySegment memory, byte[] body) {
        String name = text(body, TableOpenLayout.NAME_OFFSET, body.length);
        int index = tableNames.indexOf(name);
        if (index < 0) {
            if (TableOpenLayout.flags(memory, 0) == 0) {
                return status(Opcode.TABLE_OPEN, Status.UNKNOWN_TABLE);
            }
            index = tableNames.size();
            tableNames.add(name);
        }
        return ok(Opcode.TABLE_OPEN, ints(index));
    }

    private @Nullable Answer invoke(MemorySegment memory, byte[] body) {
        int nameEnd = InvokeLayout.NAME_OFFSET + InvokeLayout.nameLength(memory, 0);
        int count = Wire.getInt(memory, nameEnd);
        byte[] first = count == 0
                ? new byte[0]
                : Arrays.copyOfRange(body, nameEnd + 8, nameEnd + 8 + Wire.getInt(memory, nameEnd + 4));
        return switch (text(body, InvokeLayout.NAME_OFFSET, nameEnd)) {
            case "echo" -> ok(Opcode.INVOKE, ints(0), first);
            case "big" -> ok(Opcode.INVOKE, ints(0), new byte[Integer.parseInt(text(first, 0, first.length))]);
            case "fail" -> new Answer(Opcode.INVOKE, Status.FUNCTION_FAILED, concat(ints(7), bytes("why")));
            case "trap" -> new Answer(Opcode.INVOKE, Status.FUNCTION_TRAPPED, bytes("unreachable"));
            case "never" -> null;
            case "flags" -> ok(Opcode.INVOKE, ints(0), ints(InvokeLayout.flags(memory, 0)));
            default -> status(Opcode.INVOKE, Status.UNKNOWN_FUNCTION);
        };
    }

    private Answer deploy(MemorySegment memory, byte[] body) {
        int nameLength = DeployLayout.nameLength(memory, 0);
        int runtimeLength = DeployLayout.runtimeLength(memory, 0);
        int listOffset = DeployLayout.NAME_OFFSET + nameLength + runtimeLength;
        boolean calibrates = (DeployLayout.flags(memory, 0) & DeployLayout.FLAG_CALIBRATE) != 0;
        int moduleOffset = listOffset + (calibrates ? Integer.BYTES + Wire.getInt(memory, listOffset) : 0);
        String name = text(body, DeployLayout.NAME_OFFSET, DeployLayout.NAME_OFFSET + nameLength);
        if (body.length - moduleOffset < 4) {
            return new Answer(Opcode.DEPLOY, Status.FUNCTION_REFUSED, bytes("not a WebAssembly module"));
        }
        if (functions.containsKey(name) && (DeployLayout.flags(memory, 0) & DeployLayout.FLAG_REPLACE) == 0) {
            return status(Opcode.DEPLOY, Status.EXISTS);
        }
        byte[] fixed = new byte[FunctionLayout.NAME_OFFSET];
        FunctionLayout.write(
                MemorySegment.ofArray(fixed),
                0,
                DeployLayout.timeLimitUs(memory, 0),
                DeployLayout.memoryPagesMax(memory, 0),
                body.length - moduleOffset,
                DeployLayout.flags(memory, 0) & DeployLayout.FLAG_READ_ONLY,
                nameLength,
                4,
                1,
                5,
                2);
        functions.put(name, concat(fixed, bytes(name), bytes("test"), new byte[] {3}, bytes("run")));
        return ok(Opcode.DEPLOY, functions.get(name));
    }

    /** A module of four bytes; what is called {@code honest} has its hash, all else that of another one. */
    private static Answer fetch(String name) {
        byte[] body = new byte[FunctionModuleLayout.MODULE_OFFSET + 4];
        MemorySegment memory = MemorySegment.ofArray(body);
        FunctionModuleLayout.write(memory, 0, new byte[PushbackLayout.SHA256_BYTES], 500, 16, 0);
        Wire.putBytes(memory, FunctionModuleLayout.MODULE_OFFSET, bytes("\0asm"));
        byte[] covered = Arrays.copyOfRange(body, FunctionModuleLayout.TIME_LIMIT_US_OFFSET, body.length);
        if (!name.equals("honest")) {
            covered[0]++;
        }
        try {
            Wire.putBytes(
                    memory,
                    FunctionModuleLayout.SHA256_OFFSET,
                    MessageDigest.getInstance("SHA-256").digest(covered));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
        return ok(Opcode.FUNCTION_FETCH, body);
    }

    private Answer list() {
        byte[] all = ints(functions.size());
        for (byte[] function : functions.values()) {
            all = concat(all, ints(function.length), function);
        }
        return ok(Opcode.FUNCTION_LIST, all);
    }

    private static Answer ok(int opcode, byte[]... parts) {
        return new Answer(opcode, Status.OK, concat(parts));
    }

    private static Answer status(int opcode, int status) {
        return new Answer(opcode, status, new byte[0]);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static ByteBuffer slice(byte[] body, int from, int to) {
        return ByteBuffer.wrap(Arrays.copyOfRange(body, from, to));
    }

    private static byte[] longs(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    private static byte[] ints(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] body, int from, int to) {
        return new String(body, from, to - from, StandardCharsets.UTF_8);
    }
}
