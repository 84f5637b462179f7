package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import org.jspecify.annotations.Nullable;

/** Finds a command by the bytes of its name, in whatever case, without making a String. Immutable; any thread. */
final class CommandTable {
    /** Longer than every name; a name is compared as two words. */
    static final int NAME_BYTES_MAX = 16;

    private static final int SLOTS = 512;
    private static final Command[] COMMANDS = new Command[SLOTS];
    private static final long[] LOW = new long[SLOTS];
    private static final long[] HIGH = new long[SLOTS];

    static {
        for (Command command : Command.values()) {
            String name = command.label();
            if (name.length() > NAME_BYTES_MAX || 4 * Command.values().length > SLOTS) {
                throw new ExceptionInInitializerError("command table too small for " + name);
            }
            long low = 0;
            long high = 0;
            for (int position = 0; position < name.length(); position++) {
                long letter = (long) Ascii.upper((byte) name.charAt(position)) << 8 * (position & 7);
                if (position < Long.BYTES) {
                    low |= letter;
                } else {
                    high |= letter;
                }
            }
            int slot = slot(low, high);
            while (LOW[slot] != 0) {
                slot = slot + 1 & SLOTS - 1;
            }
            LOW[slot] = low;
            HIGH[slot] = high;
            COMMANDS[slot] = command;
        }
    }

    private CommandTable() {}

    static @Nullable Command find(long address, int length) {
        if (length == 0 || length > NAME_BYTES_MAX) {
            return null;
        }
        long low = 0;
        long high = 0;
        for (int position = Math.min(length, Long.BYTES) - 1; position >= 0; position--) {
            low = low << 8 | Ascii.upper(NativeMemory.getByte(address + position));
        }
        for (int position = length - 1; position >= Long.BYTES; position--) {
            high = high << 8 | Ascii.upper(NativeMemory.getByte(address + position));
        }
        for (int slot = slot(low, high); LOW[slot] != 0; slot = slot + 1 & SLOTS - 1) {
            if (LOW[slot] == low && HIGH[slot] == high) {
                return COMMANDS[slot];
            }
        }
        return null;
    }

    private static int slot(long low, long high) {
        long mixed = (low ^ high * 31) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & SLOTS - 1;
    }
}
