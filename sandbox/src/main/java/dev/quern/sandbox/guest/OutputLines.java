package dev.quern.sandbox.guest;

import dev.quern.ffi.linux.NativeMemory;
import java.nio.charset.StandardCharsets;

/** Makes lines of the tenant's log from what a guest writes piece by piece. Thread: the core's. */
final class OutputLines {
    private final CallState state;
    private final byte[] line = new byte[NativeCalls.LOG_LINE_MAX];
    private int length;

    OutputLines(CallState state) {
        this.state = state;
    }

    /** Takes bytes in; each newline ends a line. What a line has beyond its limit is left out. */
    void write(long address, int count) {
        for (int i = 0; i < count; i++) {
            byte next = NativeMemory.getByte(address + i);
            if (next == '\n') {
                end();
            } else if (length < line.length) {
                line[length++] = next;
            }
        }
    }

    /** Ends a line that was begun. */
    void flush() {
        if (length > 0) {
            end();
        }
    }

    private void end() {
        int written = length;
        length = 0;
        if (state.log().admits()) {
            state.log().add(new String(line, 0, written, StandardCharsets.UTF_8));
        }
    }
}
