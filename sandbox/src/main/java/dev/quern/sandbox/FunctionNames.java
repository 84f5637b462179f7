package dev.quern.sandbox;

import dev.quern.ffi.linux.NativeMemory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One tenant's functions by name, as names arrive: bytes in native memory. Immutable; made anew by each deployment. */
final class FunctionNames {
    static final FunctionNames EMPTY = new FunctionNames(Map.of());

    private final byte[][] names;
    private final @Nullable Function[] functions;

    FunctionNames(Map<String, Function> byName) {
        int capacity = Integer.highestOneBit(byName.size() * 2 + 1) * 2;
        names = new byte[capacity][];
        functions = new Function[capacity];
        byName.forEach((name, function) -> {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            int place = hash(bytes) & (capacity - 1);
            while (functions[place] != null) {
                place = (place + 1) & (capacity - 1);
            }
            names[place] = bytes;
            functions[place] = function;
        });
    }

    @Nullable
    Function find(long address, int length) {
        int mask = functions.length - 1;
        int place = hash(address, length) & mask;
        for (Function function = functions[place]; function != null; function = functions[place]) {
            if (holds(names[place], address, length)) {
                return function;
            }
            place = (place + 1) & mask;
        }
        return null;
    }

    private static boolean holds(byte[] name, long address, int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name[i] != NativeMemory.getByte(address + i)) {
                return false;
            }
        }
        return true;
    }

    private static int hash(byte[] name) {
        int hash = 0;
        for (byte character : name) {
            hash = hash * 31 + character;
        }
        return spread(hash);
    }

    private static int hash(long address, int length) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = hash * 31 + NativeMemory.getByte(address + i);
        }
        return spread(hash);
    }

    private static int spread(int hash) {
        return hash ^ hash >>> 16;
    }
}
