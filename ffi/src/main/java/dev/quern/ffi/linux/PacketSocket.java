package dev.quern.ffi.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * A packet socket of the kernel: the frames of one network interface, beside the kernel's own network stack, which sees them as well.
 * Wants CAP_NET_RAW. It stays in the network namespace that it was opened in. Thread: one at a time, but the plain facts.
 *
 * <p>Source: packet(7), netdevice(7).
 */
public final class PacketSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final short ETH_P_ALL = 3;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_AUXDATA = 8;
    private static final int PACKET_FANOUT = 18;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
    private static final int PACKET_MR_MULTICAST = 0;

    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCGIFHWADDR = 0x8927;
    private static final long SIOCGIFINDEX = 0x8933;
    private static final int IFF_UP = 1;
    /** {@code struct ifreq}: a name, and what is asked for. */
    private static final int REQUEST_BYTES = 40;

    private static final int REQUEST_VALUE = 16;
    private static final int ARPHRD_ETHER = 1;

    /** {@code struct sockaddr_ll}. */
    private static final int LINK_ADDRESS_BYTES = 20;

    private static final int ETHERNET_BYTES = 6;

    private static final MethodHandle GETSOCKOPT = LinuxCalls.bind(
            "getsockopt",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle IOCTL = LinuxCalls.bindVariadic(
            "ioctl",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
            2);
    private final int descriptor;
    private final int index;
    private final long mac;
    private final int mtu;
    private final boolean isUp;
    private boolean closed;

    private PacketSocket(int descriptor, int index, long mac, int mtu, boolean isUp) {
        this.descriptor = descriptor;
        this.index = index;
        this.mac = mac;
        this.mtu = mtu;
        this.isUp = isUp;
    }

    /**
     * Opens a socket on an interface of this thread's network namespace. It receives what comes from the link, not what this host sends.
     *
     * @param bufferBytes asked of the kernel each way; it may grant less
     * @throws IOException when there is no such interface, it is no Ethernet, or the kernel refuses; the message says which
     */
    public static PacketSocket open(String name, int bufferBytes) throws IOException {
        // Of protocol 0: nothing comes before it is bound to its interface.
        return SocketCalls.open(
                AF_PACKET,
                SOCK_RAW,
                "a packet socket on " + name + " (it wants root or CAP_NET_RAW)",
                (descriptor, arena, capture) -> open(descriptor, name, bufferBytes, arena, capture));
    }

    private static PacketSocket open(int descriptor, String name, int bufferBytes, Arena arena, MemorySegment capture)
            throws Throwable {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= REQUEST_VALUE) {
            throw new IOException(name + " is longer than an interface's name can be");
        }
        long request = arena.allocate(REQUEST_BYTES, Long.BYTES).address();
        NativeMemory.copyFromArray(bytes, 0, request, bytes.length);
        int index = ask(descriptor, SIOCGIFINDEX, request, name, capture);
        int mtu = ask(descriptor, SIOCGIFMTU, request, name, capture);
        int flags = ask(descriptor, SIOCGIFFLAGS, request, name, capture);
        int kind = ask(descriptor, SIOCGIFHWADDR, request, name, capture) & 0xFFFF;
        if (kind != ARPHRD_ETHER) {
            throw new IOException(name + " is no Ethernet (its kind is " + kind + "): name another interface");
        }
        long mac = 0;
        for (int i = 0; i < ETHERNET_BYTES; i++) {
            mac = mac << Byte.SIZE
                    | Byte.toUnsignedInt(NativeMemory.getByte(request + REQUEST_VALUE + Short.BYTES + i));
        }
        SocketCalls.setBuffers(descriptor, bufferBytes, arena, capture);
        int[] wanted = {PACKET_AUXDATA, PACKET_IGNORE_OUTGOING};
        for (int option : wanted) {
            if (SocketCalls.set(descriptor, SOL_PACKET, option, 1, arena, capture) < 0) {
                throw LinuxCalls.failure("option " + option + " of a packet socket", LinuxCalls.errno(capture));
            }
        }
        long address = arena.allocate(LINK_ADDRESS_BYTES, Long.BYTES).address();
        NativeMemory.putShort(address, (short) AF_PACKET);
        NativeMemory.putShort(address + Short.BYTES, Short.reverseBytes(ETH_P_ALL));
        NativeMemory.putInt(address + Integer.BYTES, index);
        SocketCalls.bind(descriptor, address, LINK_ADDRESS_BYTES, "packets of " + name, capture);
        return new PacketSocket(descriptor, index, mac, mtu, (flags & IFF_UP) != 0);
    }

    private static int ask(int descriptor, long what, long request, String name, MemorySegment capture)
            throws Throwable {
        if ((int) IOCTL.invokeExact(capture, descriptor, what, request) < 0) {
            throw LinuxCalls.failure("interface " + name, LinuxCalls.errno(capture));
        }
        return NativeMemory.getInt(request + REQUEST_VALUE);
    }

    /**
     * Shares the interface's frames with the other sockets of a group: those of one flow go to one socket.
     *
     * @param group 0 to begin a new one
     * @return the group's number
     * @throws IOException when the kernel refuses
     */
    public int share(int group) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = LinuxCalls.newCapture(arena);
            int how = group == 0 ? PACKET_FANOUT_FLAG_UNIQUEID << Short.SIZE : group;
            if (SocketCalls.set(descriptor, SOL_PACKET, PACKET_FANOUT, how, arena, capture) < 0) {
                throw LinuxCalls.failure("sharing a packet socket's frames", LinuxCalls.errno(capture));
            }
            return group == 0 ? get(PACKET_FANOUT, 0, arena, capture) & 0xFFFF : group;
        } catch (IOException failed) {
            throw failed;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    /** One int of an option's value. */
    private int get(int option, int offset, Arena arena, MemorySegment capture) throws Throwable {
        long value = arena.allocate(2 * Long.BYTES, Long.BYTES).address();
        long length = value + Long.BYTES;
        NativeMemory.putInt(length, Long.BYTES);
        if ((int) GETSOCKOPT.invokeExact(capture, descriptor, SOL_PACKET, option, value, length) < 0) {
            throw LinuxCalls.failure("option " + option + " of a packet socket", LinuxCalls.errno(capture));
        }
        return NativeMemory.getInt(value + offset);
    }

    /**
     * Has the interface accept frames to this multicast address.
     *
     * @throws IOException when the kernel refuses
     */
    public void listen(long multicastMac) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = LinuxCalls.newCapture(arena);
            long request = arena.allocate(2 * Long.BYTES, Long.BYTES).address();
            NativeMemory.putInt(request, index);
            NativeMemory.putShort(request + 4, (short) PACKET_MR_MULTICAST);
            NativeMemory.putShort(request + 6, (short) ETHERNET_BYTES);
            NativeMemory.putLong(request + 8, Long.reverseBytes(multicastMac << Short.SIZE));
            if (SocketCalls.set(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, request, 2 * Long.BYTES, capture) < 0) {
                throw LinuxCalls.failure("listening to a multicast address", LinuxCalls.errno(capture));
            }
        } catch (IOException failed) {
            throw failed;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    /**
     * Frames that the kernel had no room for since this was asked last.
     *
     * @throws IOException when the socket is closed
     */
    public long takeDropped() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return Integer.toUnsignedLong(get(PACKET_STATISTICS, Integer.BYTES, arena, LinuxCalls.newCapture(arena)));
        } catch (IOException failed) {
            throw failed;
        } catch (Throwable thrown) {
            throw LinuxCalls.unexpected(thrown);
        }
    }

    /** For {@link PacketMessages}. */
    public int descriptor() {
        return descriptor;
    }

    /** The interface's Ethernet address, the first octet in bits 47 to 40. */
    public long mac() {
        return mac;
    }

    /** The longest IP packet, as it was when this was opened. */
    public int mtu() {
        return mtu;
    }

    /** Whether the interface was up when this was opened. */
    public boolean isUp() {
        return isUp;
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
