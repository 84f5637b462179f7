package dev.quern.ffi.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * What all kinds of sockets are opened, set up and closed by. Thread: any, with a capture of its own.
 *
 * <p>Source: socket(2), bind(2), setsockopt(2), socket(7), close(2).
 */
final class SocketCalls {
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    static final int SOL_SOCKET = 1;

    /** The time of a datagram's arrival, in nanoseconds; the same number for its control message. */
    static final int SO_TIMESTAMPNS = 35;

    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;

    private static final MethodHandle SOCKET = LinuxCalls.bind(
            "socket",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle BIND = LinuxCalls.bind(
            "bind",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle SETSOCKOPT = LinuxCalls.bind(
            "setsockopt",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            LinuxCalls.bind("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private SocketCalls() {}

    /** What is done with a socket that was just opened. */
    @FunctionalInterface
    interface SetUp<T> {
        T of(int descriptor, Arena arena, MemorySegment capture) throws Throwable;
    }

    /**
     * Opens a socket that does not block, and sets it up; closes it again when that fails.
     *
     * @param failing what to say of a refusal
     * @throws IOException when the kernel refuses, or the set-up throws it
     */
    static <T> T open(int family, int type, String failing, SetUp<T> setUp) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = LinuxCalls.newCapture(arena);
            int descriptor = (int) SOCKET.invokeExact(capture, family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            if (descriptor < 0) {
                throw LinuxCalls.failure(failing, LinuxCalls.errno(capture));
            }
            try {
                return setUp.of(descriptor, arena, capture);
            } catch (Throwable thrown) {
                int ignored = (int) CLOSE.invokeExact(capture, descriptor);
                throw thrown;
            }
        } catch (IOException failed) {
            throw failed;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    /** @throws IOException when the kernel refuses the address */
    static void bind(int descriptor, long address, int length, String failing, MemorySegment capture) throws Throwable {
        if ((int) BIND.invokeExact(capture, descriptor, address, length) < 0) {
            throw LinuxCalls.failure(failing, LinuxCalls.errno(capture));
        }
    }

    /** Asks for buffers of so many bytes each way. A smaller buffer is no failure: it costs drops under bursts, which the protocol survives. */
    static void setBuffers(int descriptor, int bufferBytes, Arena arena, MemorySegment capture) throws Throwable {
        int ignored = set(descriptor, SOL_SOCKET, SO_RCVBUF, bufferBytes, arena, capture);
        ignored = set(descriptor, SOL_SOCKET, SO_SNDBUF, bufferBytes, arena, capture);
    }

    /** Sets an option that is an int; negative when the kernel refuses. */
    static int set(int descriptor, int level, int option, int value, Arena arena, MemorySegment capture)
            throws Throwable {
        long word = arena.allocate(Integer.BYTES, Integer.BYTES).address();
        NativeMemory.putInt(word, value);
        return set(descriptor, level, option, word, Integer.BYTES, capture);
    }

    /** Sets an option to what lies at an address; negative when the kernel refuses. */
    static int set(int descriptor, int level, int option, long address, int length, MemorySegment capture)
            throws Throwable {
        return (int) SETSOCKOPT.invokeExact(capture, descriptor, level, option, address, length);
    }

    static void close(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) CLOSE.invokeExact(LinuxCalls.newCapture(arena), descriptor);
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }
}
