package dev.quern.ffi.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;

/**
 * A bound, non-blocking UDP socket of the kernel, opened without NIO so that {@link MultiMessage} may use its descriptor. Thread: one
 * at a time.
 */
public final class UdpSocket implements AutoCloseable {
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
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
    private static final MethodHandle GETSOCKNAME = LinuxCalls.bind(
            "getsockname",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
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

    private final int descriptor;
    private final int family;
    private final InetSocketAddress localAddress;
    private boolean closed;

    private UdpSocket(int descriptor, int family, InetSocketAddress localAddress) {
        this.descriptor = descriptor;
        this.family = family;
        this.localAddress = localAddress;
    }

    /**
     * Opens a socket bound to this address (port 0: any free one), asking the kernel for buffers of {@code bufferBytes} each way; the kernel
     * may grant less.
     *
     * @throws java.net.BindException when the address is taken, not this machine's, or not ours to bind
     * @throws IOException when the kernel refuses a socket
     */
    public static UdpSocket open(InetSocketAddress address, int bufferBytes) throws IOException {
        if (address.isUnresolved()) {
            throw new java.net.UnknownHostException(address.getHostString());
        }
        int family = SocketLayout.family(address.getAddress());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = LinuxCalls.newCapture(arena);
            int descriptor = (int) SOCKET.invokeExact(capture, family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            if (descriptor < 0) {
                throw LinuxCalls.failure("socket", LinuxCalls.errno(capture));
            }
            try {
                return bind(descriptor, family, address, bufferBytes, arena, capture);
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

    private static UdpSocket bind(
            int descriptor, int family, InetSocketAddress address, int bufferBytes, Arena arena, MemorySegment capture)
            throws Throwable {
        long option = arena.allocate(Integer.BYTES, Integer.BYTES).address();
        NativeMemory.putInt(option, bufferBytes);
        // A smaller buffer than asked for is no failure: it costs drops under bursts, which the protocol survives.
        int ignored = (int) SETSOCKOPT.invokeExact(capture, descriptor, SOL_SOCKET, SO_RCVBUF, option, Integer.BYTES);
        ignored = (int) SETSOCKOPT.invokeExact(capture, descriptor, SOL_SOCKET, SO_SNDBUF, option, Integer.BYTES);
        long name = arena.allocate(SocketLayout.ADDRESS_SLOT, Long.BYTES).address();
        int size = SocketLayout.write(name, address, family);
        if ((int) BIND.invokeExact(capture, descriptor, name, size) < 0) {
            throw LinuxCalls.failure("UDP " + describe(address), LinuxCalls.errno(capture));
        }
        NativeMemory.putInt(option, SocketLayout.ADDRESS_SLOT);
        if ((int) GETSOCKNAME.invokeExact(capture, descriptor, name, option) < 0) {
            throw LinuxCalls.failure("getsockname", LinuxCalls.errno(capture));
        }
        return new UdpSocket(descriptor, family, SocketLayout.read(name));
    }

    private static String describe(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    /** The file descriptor, for {@link MultiMessage}. */
    public int descriptor() {
        return descriptor;
    }

    /** {@link SocketLayout#AF_INET} or {@link SocketLayout#AF_INET6}: what the peers' addresses look like. */
    public int family() {
        return family;
    }

    /** The address actually bound. */
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) CLOSE.invokeExact(LinuxCalls.newCapture(arena), descriptor);
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }
}
