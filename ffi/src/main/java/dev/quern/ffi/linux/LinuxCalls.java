package dev.quern.ffi.linux;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.BindException;

/**
 * How a C library call is bound: pointers travel as {@code long}, and {@code errno} is captured into a segment that the caller owns, as
 * the JVM may overwrite it between the call and the next line of Java. Safe on any thread; a capture segment belongs to one.
 */
final class LinuxCalls {
    static final int EAGAIN = 11;
    static final int EINTR = 4;
    static final int EACCES = 13;
    static final int ENOBUFS = 105;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;

    /** Longer than any of the C library's messages. */
    private static final long MESSAGE_BYTES_MAX = 1024;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle STRERROR = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("strerror"),
            FunctionDescriptor.of(
                    AddressLayout.ADDRESS.withTargetLayout(
                            MemoryLayout.sequenceLayout(MESSAGE_BYTES_MAX, ValueLayout.JAVA_BYTE)),
                    ValueLayout.JAVA_INT));

    private LinuxCalls() {}

    /** Binds a call whose {@code errno} matters: its first argument is the capture segment. */
    static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), descriptor, Linker.Option.captureCallState("errno"));
    }

    /** The same for a call that takes any number of arguments: those from {@code first} on. */
    static MethodHandle bindVariadic(String name, FunctionDescriptor descriptor, int first) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                descriptor,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(first));
    }

    static MemorySegment newCapture(Arena arena) {
        return arena.allocate(CAPTURE);
    }

    static int errno(MemorySegment capture) {
        return capture.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }

    /** The exception for a failed call: what was tried, and the system's own words. */
    static IOException failure(String what, int errno) {
        String message = what + ": " + describe(errno) + " (errno " + errno + ")";
        return switch (errno) {
            case EADDRINUSE, EADDRNOTAVAIL, EACCES -> new BindException(message);
            default -> new IOException(message);
        };
    }

    static String describe(int errno) {
        try {
            return ((MemorySegment) STRERROR.invokeExact(errno)).getString(0);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** A downcall declares every throwable and throws none of its own: whatever arrives here is a bug or a dying JVM. */
    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException runtime ? runtime : new IllegalStateException(thrown);
    }
}
