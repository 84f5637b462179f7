package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.nodes.Node;
import dev.quern.sandbox.guest.WindowedMemory;
import dev.quern.sandbox.guest.WrittenPages;
import java.util.Objects;
import net.openhft.chronicle.core.UnsafeMemory;
import org.jspecify.annotations.Nullable;

/** The memory of a function that begins every call anew: it marks the pages that are written. */
final class RenewableMemory extends GraalMemory {
    /** No single store is longer. */
    private static final int STORE_BYTES_MAX = 16;

    private final WrittenPages written;
    private final long marks;

    RenewableMemory(WindowedMemory memory, Runnable look) {
        super(memory, look);
        written = Objects.requireNonNull(memory.written());
        marks = written.marks();
    }

    @Override
    long writable(@Nullable Node node, long address, long length) {
        long found = super.writable(node, address, length);
        if (length > STORE_BYTES_MAX || length == 0) {
            mark(address, length);
        } else {
            // One that is not aligned may reach into a second page.
            UnsafeMemory.unsafePutByte(null, marks + (address >>> WrittenPages.PAGE_SHIFT), (byte) 1);
            UnsafeMemory.unsafePutByte(null, marks + (address + length - 1 >>> WrittenPages.PAGE_SHIFT), (byte) 1);
        }
        return found;
    }

    @TruffleBoundary
    private void mark(long address, long length) {
        written.mark(address, length);
    }
}
