package dev.quern.ffi.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Many messages by one call of the kernel's, without waiting or allocating. Thread: any, with a capture of its own.
 *
 * <p>Source: recvmmsg(2), sendmmsg(2).
 */
final class MessageCalls {
    /** Of a message's flags: it was longer than its buffer. */
    static final int MSG_TRUNC = 0x20;

    /** What messages are laid out by, so that no two share a line. */
    static final int CACHE_LINE = 64;

    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;

    private static final MethodHandle RECVMMSG = LinuxCalls.bind(
            "recvmmsg",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle SENDMMSG = LinuxCalls.bind(
            "sendmmsg",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT));

    private MessageCalls() {}

    /** Receives into {@code count} messages whose headers lie at an address. Returns how many came, or a negative errno. */
    static int receive(int descriptor, long headers, int count, MemorySegment capture) {
        try {
            int received = (int) RECVMMSG.invokeExact(capture, descriptor, headers, count, MSG_DONTWAIT, 0L);
            return received >= 0 ? received : -LinuxCalls.errno(capture);
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    /** Sends {@code count} messages whose headers lie at an address. Returns how many the kernel took, or a negative errno, of the first. */
    static int send(int descriptor, long headers, int count, MemorySegment capture) {
        try {
            int sent = (int) SENDMMSG.invokeExact(capture, descriptor, headers, count, MSG_DONTWAIT | MSG_NOSIGNAL);
            return sent >= 0 ? sent : -LinuxCalls.errno(capture);
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }
}
