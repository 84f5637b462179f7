package dev.quern.ffi.linux;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * The socket structures of 64-bit Linux, as {@code <sys/socket.h>} and {@code <netinet/in.h>} lay them out; the same on x86-64 and
 * aarch64. Family is in the host's byte order, port and address in the network's. A test holds these offsets to gcc's.
 */
public final class SocketLayout {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;

    public static final int ADDRESS_FAMILY = 0;
    public static final int ADDRESS_PORT = ADDRESS_FAMILY + Short.BYTES;
    public static final int ADDRESS_IPV4 = ADDRESS_PORT + Short.BYTES;
    /** {@code sizeof(struct sockaddr_in)}. */
    public static final int ADDRESS_IPV4_SIZE = 16;

    public static final int ADDRESS_IPV6_FLOW = ADDRESS_PORT + Short.BYTES;
    public static final int ADDRESS_IPV6 = ADDRESS_IPV6_FLOW + Integer.BYTES;
    public static final int ADDRESS_IPV6_SCOPE = ADDRESS_IPV6 + 16;
    /** {@code sizeof(struct sockaddr_in6)}. */
    public static final int ADDRESS_IPV6_SIZE = ADDRESS_IPV6_SCOPE + Integer.BYTES;
    /** Room for either kind, rounded to whole longs; what is unused stays zero, so that two addresses compare as 32 bytes. */
    public static final int ADDRESS_SLOT = 32;

    static final int MESSAGE_NAME = 0;
    static final int MESSAGE_NAME_LENGTH = MESSAGE_NAME + Long.BYTES;
    static final int MESSAGE_VECTORS = MESSAGE_NAME_LENGTH + Long.BYTES;
    static final int MESSAGE_VECTOR_COUNT = MESSAGE_VECTORS + Long.BYTES;
    static final int MESSAGE_CONTROL = MESSAGE_VECTOR_COUNT + Long.BYTES;
    static final int MESSAGE_CONTROL_LENGTH = MESSAGE_CONTROL + Long.BYTES;
    static final int MESSAGE_FLAGS = MESSAGE_CONTROL_LENGTH + Long.BYTES;
    /** {@code sizeof(struct msghdr)}. */
    static final int MESSAGE_SIZE = MESSAGE_FLAGS + Long.BYTES;
    /** {@code struct mmsghdr}: a {@code msghdr} and the length received or sent. */
    static final int MULTI_LENGTH = MESSAGE_SIZE;

    static final int MULTI_SIZE = MULTI_LENGTH + Long.BYTES;

    /** {@code struct cmsghdr}: its length, level and type, and what it says behind them. */
    static final int CONTROL_LENGTH = 0;

    static final int CONTROL_LEVEL = CONTROL_LENGTH + Long.BYTES;
    static final int CONTROL_TYPE = CONTROL_LEVEL + Integer.BYTES;
    static final int CONTROL_DATA = CONTROL_TYPE + Integer.BYTES;
    /** {@code struct timespec}. */
    static final int TIME_SECONDS = 0;

    static final int TIME_NANOSECONDS = TIME_SECONDS + Long.BYTES;
    static final int TIME_SIZE = TIME_NANOSECONDS + Long.BYTES;
    /** {@code CMSG_SPACE(sizeof(struct timespec))}. */
    static final int STAMP_SPACE = CONTROL_DATA + TIME_SIZE;

    static final int VECTOR_BASE = 0;
    static final int VECTOR_LENGTH = VECTOR_BASE + Long.BYTES;
    static final int VECTOR_SIZE = VECTOR_LENGTH + Long.BYTES;

    private SocketLayout() {}

    /** Writes a {@code sockaddr} of the given family (an IPv4 address is mapped into IPv6 where that is asked for); returns its size. */
    public static int write(long target, InetSocketAddress address, int family) {
        NativeMemory.fill(target, ADDRESS_SLOT, (byte) 0);
        NativeMemory.putShort(target + ADDRESS_FAMILY, (short) family);
        NativeMemory.putShort(target + ADDRESS_PORT, Short.reverseBytes((short) address.getPort()));
        byte[] bytes = address.getAddress().getAddress();
        if (family == AF_INET) {
            NativeMemory.copyFromArray(bytes, 0, target + ADDRESS_IPV4, bytes.length);
            return ADDRESS_IPV4_SIZE;
        }
        if (bytes.length == Integer.BYTES) {
            if (!address.getAddress().isAnyLocalAddress()) {
                NativeMemory.putShort(target + ADDRESS_IPV6 + 10, (short) -1);
                NativeMemory.copyFromArray(bytes, 0, target + ADDRESS_IPV6 + 12, bytes.length);
            }
        } else {
            NativeMemory.copyFromArray(bytes, 0, target + ADDRESS_IPV6, bytes.length);
            NativeMemory.putInt(target + ADDRESS_IPV6_SCOPE, ((Inet6Address) address.getAddress()).getScopeId());
        }
        return ADDRESS_IPV6_SIZE;
    }

    /** The family that a socket bound to this address has. */
    public static int family(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    /** The size of the {@code sockaddr} at this address, by its family. */
    public static int sizeOf(long address) {
        return NativeMemory.getShort(address + ADDRESS_FAMILY) == AF_INET ? ADDRESS_IPV4_SIZE : ADDRESS_IPV6_SIZE;
    }

    /** Reads a {@code sockaddr}; for messages and the slow path, as it allocates. */
    public static InetSocketAddress read(long source) {
        boolean four = NativeMemory.getShort(source + ADDRESS_FAMILY) == AF_INET;
        int port = Short.toUnsignedInt(Short.reverseBytes(NativeMemory.getShort(source + ADDRESS_PORT)));
        byte[] bytes = NativeMemory.toArray(source + (four ? ADDRESS_IPV4 : ADDRESS_IPV6), four ? 4 : 16);
        try {
            int scope = four ? 0 : NativeMemory.getInt(source + ADDRESS_IPV6_SCOPE);
            InetAddress address =
                    scope == 0 ? InetAddress.getByAddress(bytes) : Inet6Address.getByAddress(null, bytes, scope);
            return new InetSocketAddress(address, port);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of 4 or 16 bytes was refused", impossible);
        }
    }
}
