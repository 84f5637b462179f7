package dev.quern.sandbox;

import static dev.quern.sandbox.ModuleWriter.F32;
import static dev.quern.sandbox.ModuleWriter.F64;
import static dev.quern.sandbox.ModuleWriter.I32;
import static dev.quern.sandbox.ModuleWriter.I64;

import dev.quern.sandbox.guest.Intrinsic;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A module whose entries {@code probe0}, {@code probe1}, … each run one memory instruction at one place. An entry that comes to its end
 * replies with what was loaded, or with what lies afterwards where it stored.
 *
 * @param opcode the instruction
 * @param places by entry
 */
record MemoryProbes(MemoryOpcode opcode, List<Place> places) {
    /**
     * Where an instruction is aimed at.
     *
     * @param base its address operand
     * @param offset what it adds to that
     */
    record Place(long base, long offset) {
        long address() {
            return base + offset;
        }

        @Override
        public String toString() {
            return "0x%x + 0x%x".formatted(base, offset);
        }
    }

    /** What is stored, from the first byte on, and the vector into which a lane is loaded. */
    static final byte[] PATTERN = {
        (byte) 0xa1,
        (byte) 0xb2,
        (byte) 0xc3,
        (byte) 0xd4,
        (byte) 0xe5,
        (byte) 0xf6,
        0x17,
        0x28,
        0x39,
        0x4a,
        0x5b,
        0x6c,
        0x7d,
        (byte) 0x8e,
        (byte) 0x9f,
        0x11
    };

    /** Private addresses of what was loaded, and of what is copied. */
    private static final int LOADED = 64;

    private static final int COPIED = 128;

    private static final int I64_STORE = 0x37;
    private static final int REPLY = 0;
    private static final int ENTRY_TYPE = 0;
    private static final int REPLY_TYPE = 1;

    static String entry(int place) {
        return "probe" + place;
    }

    byte[] toModule() {
        ModuleWriter module = ModuleWriter.module();
        module.section(
                ModuleWriter.TYPES,
                new ModuleWriter().unsigned(2).raw(0x60, 0, 1, I32).raw(0x60, 2, I32, I32, 1, I32));
        module.section(
                ModuleWriter.IMPORTS,
                new ModuleWriter()
                        .unsigned(2)
                        .name(Intrinsic.MODULE)
                        .name(Intrinsic.REPLY.importName())
                        .raw(0)
                        .unsigned(REPLY_TYPE)
                        .name(Intrinsic.MEMORY_MODULE)
                        .name(Intrinsic.MEMORY_NAME)
                        .raw(2, 0)
                        .unsigned(1));
        ModuleWriter functions = new ModuleWriter().unsigned(places.size());
        ModuleWriter exports = new ModuleWriter().unsigned(places.size());
        ModuleWriter code = new ModuleWriter().unsigned(places.size());
        for (int i = 0; i < places.size(); i++) {
            functions.unsigned(ENTRY_TYPE);
            exports.name(entry(i)).raw(0).unsigned(i + 1L);
            code.sized(body(places.get(i)).toByteArray());
        }
        return module.section(ModuleWriter.FUNCTIONS, functions)
                .section(ModuleWriter.EXPORTS, exports)
                .section(ModuleWriter.DATA_COUNT, new ModuleWriter().unsigned(1))
                .section(ModuleWriter.CODE, code)
                .section(
                        ModuleWriter.DATA,
                        new ModuleWriter().unsigned(1).raw(1).sized(Arrays.copyOf(PATTERN, MemoryOpcode.BULK_BYTES)))
                .toByteArray();
    }

    private ModuleWriter body(Place place) {
        ModuleWriter body = new ModuleWriter().unsigned(0);
        switch (opcode.kind()) {
            case LOAD, LOAD_SIGNED, LOAD_SPLAT, LOAD_WIDENED, LOAD_WIDENED_SIGNED, LOAD_LANE, ATOMIC_LOAD -> {
                access(body.i32(LOADED), place);
                store(body);
                reply(body, LOADED, resultWidth());
            }
            case STORE, STORE_LANE, ATOMIC_STORE -> {
                access(body, place);
                reply(body, place.address(), opcode.width());
            }
            case FILL -> {
                body.i32(place.base())
                        .i32(PATTERN[0])
                        .i32(opcode.width())
                        .instruction(opcode.code())
                        .raw(0);
                reply(body, place.base(), opcode.width());
            }
            case INIT -> {
                body.i32(place.base())
                        .i32(0)
                        .i32(opcode.width())
                        .instruction(opcode.code())
                        .raw(0, 0);
                reply(body, place.base(), opcode.width());
            }
            case COPY_TO -> {
                constant(body.i32(COPIED), I64);
                body.instruction(I64_STORE).raw(0, 0);
                body.i32(place.base())
                        .i32(COPIED)
                        .i32(opcode.width())
                        .instruction(opcode.code())
                        .raw(0, 0);
                reply(body, place.base(), opcode.width());
            }
            case COPY_FROM -> {
                body.i32(LOADED)
                        .i32(place.base())
                        .i32(opcode.width())
                        .instruction(opcode.code())
                        .raw(0, 0);
                reply(body, LOADED, opcode.width());
            }
            case ATOMIC_MODIFY, ATOMIC_COMPARE, ATOMIC_NOTIFY, ATOMIC_WAIT -> {
                access(body, place);
                body.raw(0x1a);
            }
            case ATOMIC_FENCE -> body.instruction(opcode.code()).raw(0);
        }
        return body.i32(0).raw(0x0b);
    }

    /** The instruction with its operands. */
    private void access(ModuleWriter body, Place place) {
        body.i32(place.base());
        switch (opcode.kind()) {
            case STORE, STORE_LANE, LOAD_LANE, ATOMIC_STORE, ATOMIC_MODIFY -> constant(body, opcode.type());
            case ATOMIC_COMPARE -> {
                constant(body, opcode.type());
                constant(body, opcode.type());
            }
            case ATOMIC_NOTIFY -> constant(body, I32);
            case ATOMIC_WAIT -> {
                constant(body, opcode.type());
                constant(body, I64);
            }
            default -> {}
        }
        // Atomic accesses must declare their natural alignment, others may declare less.
        body.instruction(opcode.code())
                .unsigned(opcode.isAtomic() ? Integer.numberOfTrailingZeros(opcode.width()) : 0)
                .unsigned(place.offset());
        if (opcode.kind() == MemoryOpcode.Kind.LOAD_LANE || opcode.kind() == MemoryOpcode.Kind.STORE_LANE) {
            body.raw(lane());
        }
    }

    /** The last one there is. */
    private int lane() {
        return 16 / opcode.width() - 1;
    }

    /** The pattern's first bytes as a constant. */
    private static void constant(ModuleWriter body, int type) {
        ByteBuffer pattern = ByteBuffer.wrap(PATTERN).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case I32 -> body.i32(pattern.getInt(0));
            case I64 -> body.raw(0x42).signed(pattern.getLong(0));
            case F32 -> body.raw(0x43).raw(Arrays.copyOf(PATTERN, 4));
            case F64 -> body.raw(0x44).raw(Arrays.copyOf(PATTERN, 8));
            default -> body.instruction(0xfd0c).raw(PATTERN);
        }
    }

    /** Stores what was loaded. */
    private void store(ModuleWriter body) {
        int store = switch (opcode.type()) {
            case I32 -> 0x36;
            case I64 -> I64_STORE;
            case F32 -> 0x38;
            case F64 -> 0x39;
            default -> 0xfd0b;
        };
        body.instruction(store).raw(0, 0);
    }

    private static void reply(ModuleWriter body, long address, int length) {
        body.i32(address).i32(length).raw(0x10).unsigned(REPLY).raw(0x1a);
    }

    private int resultWidth() {
        return switch (opcode.type()) {
            case I32, F32 -> 4;
            case I64, F64 -> 8;
            default -> 16;
        };
    }

    /** What an entry replies when the memory at its place holds these bytes. */
    byte[] expected(byte[] there) {
        int width = opcode.width();
        return switch (opcode.kind()) {
            case LOAD -> extended(there, resultWidth(), false);
            case LOAD_SIGNED -> extended(there, resultWidth(), true);
            case LOAD_SPLAT -> concatenated(16 / width, i -> there);
            case LOAD_WIDENED, LOAD_WIDENED_SIGNED ->
                widened(there, opcode.kind() == MemoryOpcode.Kind.LOAD_WIDENED_SIGNED);
            case LOAD_LANE -> {
                byte[] vector = PATTERN.clone();
                System.arraycopy(there, 0, vector, lane() * width, width);
                yield vector;
            }
            case STORE_LANE -> Arrays.copyOfRange(PATTERN, lane() * width, (lane() + 1) * width);
            case FILL -> {
                byte[] filled = new byte[width];
                Arrays.fill(filled, PATTERN[0]);
                yield filled;
            }
            case COPY_FROM -> there;
            default -> Arrays.copyOf(PATTERN, width);
        };
    }

    private byte[] widened(byte[] there, boolean isSigned) {
        int narrow = Integer.parseInt(opcode.name().replaceAll("v128.load(\\d+)x.*", "$1")) / 8;
        return concatenated(
                there.length / narrow,
                i -> extended(Arrays.copyOfRange(there, i * narrow, (i + 1) * narrow), 2 * narrow, isSigned));
    }

    private static byte[] extended(byte[] value, int width, boolean isSigned) {
        byte[] extended = Arrays.copyOf(value, width);
        if (isSigned && value[value.length - 1] < 0) {
            Arrays.fill(extended, value.length, width, (byte) -1);
        }
        return extended;
    }

    private static byte[] concatenated(int parts, java.util.function.IntFunction<byte[]> part) {
        ModuleWriter all = new ModuleWriter();
        IntStream.range(0, parts).mapToObj(part).forEach(all::raw);
        return all.toByteArray();
    }
}
