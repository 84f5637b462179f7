package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import java.nio.charset.StandardCharsets;

/**
 * Redis's glob patterns over bytes: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a-z]} and a backslash for the letter itself. Goes back
 * to the last star only, so that its time is at most the product of both lengths. Immutable; any thread.
 */
final class Glob {
    static final Glob ALL = new Glob(new byte[] {'*'});

    private final byte[] pattern;
    private final boolean all;

    Glob(byte[] pattern) {
        this.pattern = pattern;
        this.all = pattern.length == 1 && pattern[0] == '*';
    }

    /** Whether every key matches. */
    boolean all() {
        return all;
    }

    boolean matches(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return all || matches(bytes, 0, bytes.length);
    }

    boolean matches(long address, int length) {
        return all || matches(null, address, length);
    }

    private static int at(byte @org.jspecify.annotations.Nullable [] array, long base, int position) {
        return (array != null ? array[(int) base + position] : NativeMemory.getByte(base + position)) & 0xFF;
    }

    private boolean matches(byte @org.jspecify.annotations.Nullable [] array, long base, int length) {
        int at = 0;
        int position = 0;
        int starAt = -1;
        int starPosition = 0;
        while (position < length) {
            if (at < pattern.length && pattern[at] == '*') {
                starAt = ++at;
                starPosition = position;
                continue;
            }
            if (at < pattern.length && matchesOne(at, at(array, base, position))) {
                at = after(at);
                position++;
            } else if (starAt >= 0) {
                at = starAt;
                position = ++starPosition;
            } else {
                return false;
            }
        }
        while (at < pattern.length && pattern[at] == '*') {
            at++;
        }
        return at == pattern.length;
    }

    /** The place after the pattern's item at {@code at}. */
    private int after(int at) {
        if (pattern[at] == '\\' && at + 1 < pattern.length) {
            return at + 2;
        }
        return pattern[at] == '[' ? afterSet(at) : at + 1;
    }

    private int afterSet(int at) {
        int position = at + 1;
        if (position < pattern.length && pattern[position] == '^') {
            position++;
        }
        while (position < pattern.length && pattern[position] != ']') {
            position += pattern[position] == '\\' && position + 1 < pattern.length ? 2 : 1;
        }
        // A set that is never closed ends with the pattern, as in Redis.
        return Math.min(position + 1, pattern.length);
    }

    private boolean matchesOne(int at, int letter) {
        return switch (pattern[at]) {
            case '?' -> true;
            case '[' -> matchesSet(at + 1, letter);
            case '\\' -> (pattern[at + 1 < pattern.length ? at + 1 : at] & 0xFF) == letter;
            default -> (pattern[at] & 0xFF) == letter;
        };
    }

    private boolean matchesSet(int start, int letter) {
        int position = start;
        boolean negated = position < pattern.length && pattern[position] == '^';
        if (negated) {
            position++;
        }
        boolean matched = false;
        while (position < pattern.length && pattern[position] != ']') {
            if (pattern[position] == '\\' && position + 1 < pattern.length) {
                matched |= (pattern[position + 1] & 0xFF) == letter;
                position += 2;
            } else if (position + 2 < pattern.length && pattern[position + 1] == '-') {
                int first = pattern[position] & 0xFF;
                int last = pattern[position + 2] & 0xFF;
                matched |= letter >= Math.min(first, last) && letter <= Math.max(first, last);
                position += 3;
            } else {
                matched |= (pattern[position] & 0xFF) == letter;
                position++;
            }
        }
        return matched != negated;
    }
}
