package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.NativeMemory;
import org.jspecify.annotations.Nullable;

/**
 * What private memory holds when a module has just been instantiated: all zeroes, but for what its data segments wrote. Taken from its
 * first instance and shared by all, as a module's segments lie where its constants say. Safe on any thread.
 */
public final class InitialImage {
    /** By page of {@link WrittenPages#PAGE_BYTES}, without the zeroes that it ends with; null for a page of nothing else. */
    private volatile byte @Nullable [] @Nullable [] pages;

    boolean isTaken() {
        return pages != null;
    }

    /** Thread: any, with the same contents. */
    void take(byte @Nullable [][] contents) {
        pages = contents;
    }

    /** How many pages it has, those of zeroes between them included. */
    int pageCount() {
        byte[][] taken = pages;
        return taken == null ? 0 : taken.length;
    }

    /** Makes a page what it was at first. */
    void restore(int page, long address) {
        byte[][] taken = pages;
        byte[] content = taken == null || page >= taken.length ? null : taken[page];
        int length = content == null ? 0 : content.length;
        if (content != null) {
            NativeMemory.copyFromArray(content, 0, address, length);
        }
        NativeMemory.fill(address + length, WrittenPages.PAGE_BYTES - (long) length, (byte) 0);
    }
}
