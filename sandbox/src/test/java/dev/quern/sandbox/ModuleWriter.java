package dev.quern.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes of a WebAssembly module in the making: of all of it, of a section, or of a function's body. */
final class ModuleWriter {
    static final int I32 = 0x7f;
    static final int I64 = 0x7e;
    static final int F32 = 0x7d;
    static final int F64 = 0x7c;
    static final int V128 = 0x7b;

    static final int TYPES = 1;
    static final int IMPORTS = 2;
    static final int FUNCTIONS = 3;
    static final int MEMORIES = 5;
    static final int EXPORTS = 7;
    static final int CODE = 10;
    static final int DATA = 11;
    static final int DATA_COUNT = 12;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A module's beginning. */
    static ModuleWriter module() {
        return new ModuleWriter().raw(0, 'a', 's', 'm', 1, 0, 0, 0);
    }

    ModuleWriter raw(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
        return this;
    }

    ModuleWriter raw(byte[] values) {
        bytes.writeBytes(values);
        return this;
    }

    /** LEB128, as counts, indices and offsets are written. */
    ModuleWriter unsigned(long value) {
        long rest = value;
        for (; rest >>> 7 != 0; rest >>>= 7) {
            bytes.write((int) (rest & 0x7f | 0x80));
        }
        bytes.write((int) rest);
        return this;
    }

    /** Signed LEB128, as constants are written. */
    ModuleWriter signed(long value) {
        long rest = value;
        for (; rest < -64 || rest > 63; rest >>= 7) {
            bytes.write((int) (rest & 0x7f | 0x80));
        }
        bytes.write((int) (rest & 0x7f));
        return this;
    }

    ModuleWriter name(String name) {
        return sized(name.getBytes(StandardCharsets.UTF_8));
    }

    /** A length and so many bytes. */
    ModuleWriter sized(byte[] content) {
        return unsigned(content.length).raw(content);
    }

    ModuleWriter section(int id, ModuleWriter content) {
        return raw(id).sized(content.toByteArray());
    }

    /** An instruction by its number: prefix and all, as {@link MemoryOpcode#code()} has it. */
    ModuleWriter instruction(int code) {
        return code > 0xff ? raw(code >>> 8).unsigned(code & 0xff) : raw(code);
    }

    /** {@code i32.const} of the lower half. */
    ModuleWriter i32(long value) {
        return raw(0x41).signed(value << 32 >> 32);
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }
}
