package dev.quern.ffi.dpdk;

import dev.quern.ffi.dpdk.generated.DpdkCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * What DPDK writes to its log between opening and closing, where most of its reasons stand: return codes say little. Thread: one at a
 * time, as DPDK has one log for all.
 */
final class EalLog implements AutoCloseable {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN_MEMSTREAM = bind(
            "open_memstream", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    private static final MethodHandle FFLUSH =
            bind("fflush", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    private static final MethodHandle FCLOSE =
            bind("fclose", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    private static final MethodHandle FREE = bind("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(ValueLayout.ADDRESS);
    private final MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    private final MemorySegment stream;

    private EalLog() throws Throwable {
        stream = (MemorySegment) OPEN_MEMSTREAM.invokeExact(buffer, size);
        DpdkCalls.rte_openlog_stream(stream);
    }

    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }

    /** DPDK's log goes here from now on. */
    static EalLog open() {
        try {
            return new EalLog();
        } catch (Throwable thrown) {
            throw FastCalls.unexpected(thrown);
        }
    }

    /** The lines so far. */
    List<String> lines() {
        try {
            int flushed = (int) FFLUSH.invokeExact(stream);
            MemorySegment text = buffer.get(ValueLayout.ADDRESS, 0);
            long length = size.get(ValueLayout.JAVA_LONG, 0);
            if (flushed != 0 || length == 0) {
                return List.of();
            }
            return text.reinterpret(length + 1).getString(0).lines().toList();
        } catch (Throwable thrown) {
            throw FastCalls.unexpected(thrown);
        }
    }

    /** DPDK's log goes where it would by itself. */
    @Override
    public void close() {
        DpdkCalls.rte_openlog_stream(MemorySegment.NULL);
        try {
            int closed = (int) FCLOSE.invokeExact(stream);
            assert closed == 0 : "closing memory cannot fail";
            FREE.invokeExact(buffer.get(ValueLayout.ADDRESS, 0));
        } catch (Throwable thrown) {
            throw FastCalls.unexpected(thrown);
        }
        arena.close();
    }
}
