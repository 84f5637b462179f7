package dev.quern.sandbox.ticks;

import java.io.ByteArrayOutputStream;

/** A few instructions, one after another. */
final class Code {
    private static final int VOID_BLOCK = 0x40;
    private static final int I32 = 0x7F;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Code local(int index) {
        return with(0x20, index);
    }

    Code setLocal(int index) {
        return with(0x21, index);
    }

    Code teeLocal(int index) {
        return with(0x22, index);
    }

    Code global(int index) {
        return with(0x23, index);
    }

    Code setGlobal(int index) {
        return with(0x24, index);
    }

    /** {@code i32.const}, of a number from 0 up. */
    Code constant(int number) {
        bytes.write(0x41);
        int rest = number;
        for (; rest > 63; rest >>= 7) {
            bytes.write(rest & 0x7F | 0x80);
        }
        bytes.write(rest);
        return this;
    }

    Code add() {
        bytes.write(0x6A);
        return this;
    }

    Code and() {
        bytes.write(0x71);
        return this;
    }

    Code or() {
        bytes.write(0x72);
        return this;
    }

    /** Whether the first is less than the second. */
    Code isLess() {
        bytes.write(0x48);
        return this;
    }

    /** Whether the first is as great as the second, or greater. */
    Code isAtLeast() {
        bytes.write(0x4E);
        return this;
    }

    Code ifTrue() {
        bytes.write(0x04);
        bytes.write(VOID_BLOCK);
        return this;
    }

    Code branchIf(int depth) {
        return with(0x0D, depth);
    }

    Code call(int function) {
        return with(0x10, function);
    }

    Code end() {
        bytes.write(0x0B);
        return this;
    }

    private Code with(int opcode, int index) {
        bytes.write(opcode);
        bytes.writeBytes(ModuleBytes.number(index));
        return this;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    /** A global's type and value: an i32 that can be written, 0 at first. */
    static byte[] counterGlobal() {
        return new byte[] {I32, 1, 0x41, 0, 0x0B};
    }

    /** A declaration of so many more i32 locals, few. */
    static byte[] locals(int count) {
        return new byte[] {(byte) count, I32};
    }

    /** The type of a function that takes and returns nothing. */
    static byte[] voidType() {
        return new byte[] {0x60, 0, 0};
    }
}
