package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CompilerDirectives;
import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.nodes.Node;
import com.oracle.truffle.api.profiles.InlinedBranchProfile;
import dev.quern.sandbox.guest.WindowedMemory;
import org.graalvm.wasm.exception.Failure;
import org.graalvm.wasm.exception.WasmException;
import org.graalvm.wasm.memory.WasmMemory;
import org.jspecify.annotations.Nullable;

/**
 * Where the addresses of a guest on GraalWasm lie, and what it may do there: a {@link WindowedMemory} in fields that compiled code
 * reads. Loads reach private memory and the window, stores private memory only.
 */
abstract class GraalAddresses extends WasmMemory {
    private final WindowedMemory memory;
    private final long privateAddress;
    private final long arenaAddress;
    private final long arenaLength;
    private long privateBytes;

    GraalAddresses(WindowedMemory memory) {
        super(memory.pages(), memory.pagesMax(), memory.pages(), memory.pagesMax(), false, false);
        this.memory = memory;
        privateAddress = memory.privateAddress();
        privateBytes = memory.privateBytes();
        arenaAddress = memory.arenaAddress();
        arenaLength = memory.arenaLength();
    }

    /** The native address of so many bytes, for reading: in private memory, the window or the copies; traps elsewhere. */
    final long readable(Node node, long address, long length) {
        if (address >= 0 && address <= privateBytes - length) {
            return privateAddress + address;
        }
        long offset = address - WindowedMemory.WINDOW_START;
        if (offset >= 0 && offset <= arenaLength - length) {
            return arenaAddress + offset;
        }
        long copied = address - WindowedMemory.COPIES_START;
        if (copied >= 0 && copied <= memory.copiedBytes() - length) {
            return memory.copiesAddress() + copied;
        }
        CompilerDirectives.transferToInterpreter();
        throw outOfBounds(node, "read", address, length);
    }

    /**
     * As {@link #readable(Node, long, long)}, in code that has its own way for what is not private memory only once it has met that. A
     * function that computes in private memory is so compiled to one comparison an access, with nothing to come back from: what the
     * compiler knows of one access holds for the next, and it may compare for several at once.
     *
     * @param site of the profile: a function's, for one kind of load
     * @param past entered by what is past private memory
     */
    final long readable(Node node, Node site, InlinedBranchProfile past, long address, long length) {
        if (address >= 0 && address <= privateBytes - length) {
            return privateAddress + address;
        }
        past.enter(site);
        return readable(node, address, length);
    }

    /** The native address of so many bytes, for writing: in private memory; traps elsewhere. */
    long writable(@Nullable Node node, long address, long length) {
        if (address < 0 || address > privateBytes - length) {
            CompilerDirectives.transferToInterpreter();
            throw outOfBounds(node, "write", address, length);
        }
        return privateAddress + address;
    }

    /** The trap of an access that is not allowed. */
    @TruffleBoundary
    final WasmException outOfBounds(@Nullable Node node, String what, long address, long length) {
        return WasmException.create(
                Failure.OUT_OF_BOUNDS_MEMORY_ACCESS, node, memory.outOfBounds(what, address, length));
    }

    /** The private part's present length. */
    final long privateBytes() {
        return privateBytes;
    }

    /** Adds pages, and returns how many there were, or -1 when the limit does not allow it. */
    final int addPages(long pages) {
        int before = pages > Integer.MAX_VALUE ? -1 : memory.grow((int) pages);
        follow();
        return before;
    }

    /** Zeroes everything and returns to the pages that the module began with. */
    final void clear() {
        memory.reset((int) declaredMinSize);
        follow();
    }

    /** Makes everything what it was when the module had just been instantiated; false when that would take long. */
    final boolean renew() {
        boolean isRenewed = memory.renew();
        follow();
        return isRenewed;
    }

    /** Takes note of how much private memory there is now. */
    final void follow() {
        privateBytes = memory.privateBytes();
        currentMinSize = memory.pages();
    }

    /** Nothing can be reached from now on; the instance that owns the memory frees it. */
    final void leave() {
        privateBytes = 0;
    }
}
