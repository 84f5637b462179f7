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

    private static final MethodHandle GETSOCKNAME = LinuxCalls.bind(
            "getsockname",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
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
        return SocketCalls.open(
                family,
                SOCK_DGRAM,
                "socket",
                (descriptor, arena, capture) -> bind(descriptor, family, address, bufferBytes, arena, capture));
    }

    private static UdpSocket bind(
            int descriptor, int family, InetSocketAddress address, int bufferBytes, Arena arena, MemorySegment capture)
            throws Throwable {
        SocketCalls.setBuffers(descriptor, bufferBytes, arena, capture);
        long name = arena.allocate(SocketLayout.ADDRESS_SLOT, Long.BYTES).address();
        int size = SocketLayout.write(name, address, family);
        SocketCalls.bind(descriptor, name, size, "UDP " + describe(address), capture);
        long option = arena.allocate(Integer.BYTES, Integer.BYTES).address();
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

    /**
     * Has the kernel note when datagrams arrive, for {@link MultiMessage#stampNs}, or no longer; costs each some tens of nanoseconds. What has
     * arrived before is stamped when it is received. Returns whether the kernel does as asked.
     */
    public boolean stamps(boolean wanted) {
        try (Arena arena = Arena.ofConfined()) {
            return SocketCalls.set(
                            descriptor,
                            SocketCalls.SOL_SOCKET,
                            SocketCalls.SO_TIMESTAMPNS,
                            wanted ? 1 : 0,
                            arena,
                            LinuxCalls.newCapture(arena))
                    >= 0;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
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
        SocketCalls.close(descriptor);
    }
}
