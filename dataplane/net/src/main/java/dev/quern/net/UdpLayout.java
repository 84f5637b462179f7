package dev.quern.net;

/** The UDP header. Source: RFC 768. */
public final class UdpLayout {
    public static final int SOURCE_OFFSET = 0;
    public static final int DESTINATION_OFFSET = SOURCE_OFFSET + Short.BYTES;
    public static final int LENGTH_OFFSET = DESTINATION_OFFSET + Short.BYTES;
    public static final int CHECKSUM_OFFSET = LENGTH_OFFSET + Short.BYTES;
    public static final int HEADER_BYTES = CHECKSUM_OFFSET + Short.BYTES;

    private UdpLayout() {}
}
