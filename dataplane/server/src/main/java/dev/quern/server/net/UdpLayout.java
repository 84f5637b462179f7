package dev.quern.server.net;

/** The UDP header. Source: RFC 768. */
final class UdpLayout {
    static final int SOURCE_OFFSET = 0;
    static final int DESTINATION_OFFSET = SOURCE_OFFSET + Short.BYTES;
    static final int LENGTH_OFFSET = DESTINATION_OFFSET + Short.BYTES;
    static final int CHECKSUM_OFFSET = LENGTH_OFFSET + Short.BYTES;
    static final int HEADER_BYTES = CHECKSUM_OFFSET + Short.BYTES;

    private UdpLayout() {}
}
