package dev.quern.net;

import dev.quern.ffi.linux.NativeMemory;

/** The IPv4 header without options, which is all that we send or take. Source: RFC 791. */
public final class Ipv4Layout {
    public static final int VERSION_OFFSET = 0;
    public static final int SERVICE_OFFSET = VERSION_OFFSET + Byte.BYTES;
    public static final int LENGTH_OFFSET = SERVICE_OFFSET + Byte.BYTES;
    public static final int IDENTIFICATION_OFFSET = LENGTH_OFFSET + Short.BYTES;
    public static final int FRAGMENT_OFFSET = IDENTIFICATION_OFFSET + Short.BYTES;
    public static final int HOPS_OFFSET = FRAGMENT_OFFSET + Short.BYTES;
    public static final int PROTOCOL_OFFSET = HOPS_OFFSET + Byte.BYTES;
    public static final int CHECKSUM_OFFSET = PROTOCOL_OFFSET + Byte.BYTES;
    public static final int SOURCE_OFFSET = CHECKSUM_OFFSET + Short.BYTES;
    public static final int DESTINATION_OFFSET = SOURCE_OFFSET + Integer.BYTES;
    public static final int HEADER_BYTES = DESTINATION_OFFSET + Integer.BYTES;

    /** Version 4, five words. */
    public static final int VERSION_PLAIN = 0x45;

    public static final int DONT_FRAGMENT = 0x4000;

    /** More fragments, and the offset. */
    public static final int FRAGMENT_MASK = 0x3FFF;

    public static final int PROTOCOL_ICMP = 1;
    public static final int PROTOCOL_UDP = 17;
    public static final int HOPS = 64;

    private Ipv4Layout() {}

    /** All but the checksum, whose place is cleared. Never fragmented, so it needs no identification (RFC 6864). */
    public static void write(long ip, int length, int protocol, int source, int destination) {
        NetworkOrder.putInt(ip, VERSION_PLAIN << 24 | length);
        NetworkOrder.putInt(ip + IDENTIFICATION_OFFSET, DONT_FRAGMENT);
        NetworkOrder.putInt(ip + HOPS_OFFSET, HOPS << 24 | protocol << 16);
        NetworkOrder.putInt(ip + SOURCE_OFFSET, source);
        NetworkOrder.putInt(ip + DESTINATION_OFFSET, destination);
    }

    public static void seal(long ip) {
        NativeMemory.putShort(ip + CHECKSUM_OFFSET, (short) 0);
        NativeMemory.putShort(ip + CHECKSUM_OFFSET, Checksum.finish(Checksum.sum(ip, HEADER_BYTES)));
    }
}
