package dev.quern.ffi.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A memory fence on all of this process's running threads at once (membarrier(2), private expedited): whoever calls it seldom spares
 * those whom it concerns a fence of their own each time. About 2 µs when other cores are running us. Safe on any thread.
 */
public final class Membarrier {
    private static final int EXPEDITED = 1 << 3;
    private static final int REGISTER_EXPEDITED = 1 << 4;
    private static final long NO_SUCH_CALL = -1;

    /** The C library has no function for it, only the way to all calls. */
    private static final MethodHandle SYSCALL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(1));

    private static final long NUMBER = switch (System.getProperty("os.arch", "")) {
        case "amd64" -> 324;
        case "aarch64", "riscv64" -> 283;
        default -> NO_SUCH_CALL;
    };

    private static final boolean IS_AVAILABLE = NUMBER != NO_SUCH_CALL && call(REGISTER_EXPEDITED) == 0;

    private Membarrier() {}

    /** Whether the kernel has it, as Linux does since 4.14. */
    public static boolean isAvailable() {
        return IS_AVAILABLE;
    }

    /**
     * Every other thread of the process has executed a full fence, somewhere between the beginning and the end of this call.
     *
     * @throws IllegalStateException when {@link #isAvailable} says no
     */
    public static void fenceAll() {
        if (!IS_AVAILABLE || call(EXPEDITED) != 0) {
            throw new IllegalStateException("this kernel has no membarrier");
        }
    }

    private static long call(int command) {
        try {
            return (long) SYSCALL.invokeExact(NUMBER, command, 0, 0);
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }
}
