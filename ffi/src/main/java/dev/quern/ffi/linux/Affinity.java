package dev.quern.ffi.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;

/** Which processors the calling thread may run on (sched_setaffinity(2)). Threads started later inherit their starter's set. */
public final class Affinity {
    /** {@code sizeof(cpu_set_t)}: 1,024 processors. */
    private static final long SET_BYTES = 128;

    private static final int CALLING_THREAD = 0;
    private static final MethodHandle SET = LinuxCalls.bind("sched_setaffinity", descriptor());
    private static final MethodHandle GET = LinuxCalls.bind("sched_getaffinity", descriptor());

    private Affinity() {}

    private static FunctionDescriptor descriptor() {
        return FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    }

    /**
     * The processors that the calling thread may run on.
     *
     * @throws IOException when the kernel refuses to say
     */
    public static BitSet allowed() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = LinuxCalls.newCapture(arena);
            MemorySegment set = arena.allocate(SET_BYTES, Long.BYTES);
            if ((int) GET.invokeExact(capture, CALLING_THREAD, SET_BYTES, set.address()) < 0) {
                throw LinuxCalls.failure("sched_getaffinity", LinuxCalls.errno(capture));
            }
            return BitSet.valueOf(set.toArray(ValueLayout.JAVA_LONG));
        } catch (IOException failed) {
            throw failed;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    /**
     * Binds the calling thread to these processors.
     *
     * @throws IOException when none of them is there, or not ours to use
     */
    public static void set(BitSet cpus) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = LinuxCalls.newCapture(arena);
            MemorySegment set = arena.allocate(SET_BYTES, Long.BYTES);
            byte[] bytes = cpus.toByteArray();
            MemorySegment.copy(bytes, 0, set, ValueLayout.JAVA_BYTE, 0, (int) Math.min(bytes.length, SET_BYTES));
            if ((int) SET.invokeExact(capture, CALLING_THREAD, SET_BYTES, set.address()) < 0) {
                throw LinuxCalls.failure("sched_setaffinity " + cpus, LinuxCalls.errno(capture));
            }
        } catch (IOException failed) {
            throw failed;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    /**
     * Binds the calling thread to one processor.
     *
     * @throws IOException when it is not there, or not ours to use
     */
    public static void pin(int cpu) throws IOException {
        BitSet cpus = new BitSet();
        cpus.set(cpu);
        set(cpus);
    }
}
