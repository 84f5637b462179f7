package dev.quern.protocol;

/** The protocol's limits, each with its reason. */
public final class Limits {
    /** UDP payload that crosses an Ethernet of 1500 bytes unfragmented over IPv6 with room for one tunnel header, rounded to 8. */
    public static final int DATAGRAM_BYTES_DEFAULT = 1432;

    /** Between peers of one machine nothing is fragmented below 64 KiB; a larger one leaves a socket buffer room for too few. */
    public static final int DATAGRAM_BYTES_LOOPBACK = 16 * 1024;

    /** The least that a peer may announce: every handshake message fits with the longest tenant name and {@link #CORES_MAX}. */
    public static final int DATAGRAM_BYTES_MIN = 512;

    /** What UDP over IPv4 carries (65507), rounded down to the alignment. Receive buffers hold this much. */
    public static final int DATAGRAM_BYTES_MAX = 65_504;

    /** A CHALLENGE is 64 bytes: a HELLO below this is dropped, so that no answer is longer than its question. */
    public static final int HELLO_DATAGRAM_BYTES_MIN = 128;

    /** Requests that a session has outstanding. */
    public static final int WINDOW_DEFAULT = 1024;

    /** A power of two, as every window is, so that a sequence's slot is a mask away. */
    public static final int WINDOW_MAX = 16 * 1024;

    public static final int KEY_BYTES_MAX = 4096;
    public static final int VALUE_BYTES_MAX = 16 * 1024 * 1024;

    /** A body that takes a whole value, a whole key and its fixed fields, or a module. The same limit holds for replies. */
    public static final int BODY_BYTES_MAX = VALUE_BYTES_MAX + 2 * KEY_BYTES_MAX;

    /** Bodies in parts, and large replies kept, per session: two of the largest in flight in each direction. */
    public static final int SESSION_LARGE_BYTES_MAX = 2 * BODY_BYTES_MAX;

    /** Bytes of parts (or of fetched parts) in flight: below what a default socket buffer of 208 KiB takes. */
    public static final int LARGE_IN_FLIGHT_BYTES = 64 * 1024;

    public static final int TENANT_NAME_BYTES_MAX = 64;
    public static final int TABLE_NAME_BYTES_MAX = 128;

    /** {@code module.entry}, each up to 64 bytes, and the dot. */
    public static final int FUNCTION_NAME_BYTES_MAX = 129;

    public static final int RUNTIME_NAME_BYTES_MAX = 32;
    public static final int ARGUMENTS_MAX = 1024;
    public static final int MULTI_GET_KEYS_MAX = 1024;

    /** Calls of one request: by then what the request costs is lost among what they do, and an answer without replies still fits a datagram between peers of one machine. */
    public static final int INVOKE_ALL_CALLS_MAX = 1024;

    /** Operations of one transaction: it holds a core, and the places of all its records, for as long as they take. */
    public static final int MULTI_OPERATIONS_MAX = 1024;

    public static final int SCAN_RECORDS_MAX = 4096;

    /** An error message is cut to this, so that it never needs parts. */
    public static final int ERROR_BYTES_MAX = 256;

    /** Server cores that an OPENED can list. */
    public static final int CORES_MAX = 128;

    /** A cookie is good in the slot that it was made in and in the next. */
    public static final int COOKIE_SLOT_MS = 10_000;

    /** A server may forget a session that has been silent this long, unless it announced another time. */
    public static final int SESSION_IDLE_MS_DEFAULT = 60_000;

    /** A ring in shared memory takes some of the longest datagrams at the least. */
    public static final int SHM_RING_BYTES_MIN = 128 * 1024;

    public static final int SHM_RING_BYTES_MAX = 64 * 1024 * 1024;

    static {
        Wire.require(DATAGRAM_BYTES_DEFAULT % MessageLayout.ALIGNMENT == 0, "datagrams are whole words");
        Wire.require(DATAGRAM_BYTES_LOOPBACK % MessageLayout.ALIGNMENT == 0, "datagrams are whole words");
        Wire.require(DATAGRAM_BYTES_MAX % MessageLayout.ALIGNMENT == 0, "datagrams are whole words");
        Wire.require(DATAGRAM_BYTES_MAX <= 65_507, "a datagram fits UDP");
        Wire.require(
                InvokeAllReplyLayout.BYTES_MIN + INVOKE_ALL_CALLS_MAX * InvokeAllEntryLayout.BYTES_MIN
                        <= bodyBytesWhole(DATAGRAM_BYTES_LOOPBACK),
                "the answer to the most calls, without replies, fits a datagram on one machine");
        Wire.require(Integer.bitCount(WINDOW_DEFAULT) == 1, "the window is a power of two");
        Wire.require(Integer.bitCount(WINDOW_MAX) == 1, "the window is a power of two");
        Wire.require(
                DatagramLayout.HEADER_BYTES + MessageLayout.sizeOf(OpenedLayout.bytes(CORES_MAX)) <= DATAGRAM_BYTES_MIN,
                "the longest OPENED fits the least datagram");
        Wire.require(
                DatagramLayout.HEADER_BYTES + MessageLayout.sizeOf(ChallengeLayout.BYTES) <= HELLO_DATAGRAM_BYTES_MIN,
                "a CHALLENGE is no longer than its HELLO");
        Wire.require(
                DatagramLayout.HEADER_BYTES + MessageLayout.sizeOf(ERROR_BYTES_MAX) <= DATAGRAM_BYTES_MIN,
                "an error fits the least datagram");
    }

    private Limits() {}

    /**
     * The bytes that every part of a body carries but the last, which may carry fewer.
     *
     * @param datagramBytes what the session's OPENED announced
     */
    public static int partBytes(int datagramBytes) {
        return (datagramBytes - DatagramLayout.HEADER_BYTES - MessageLayout.HEADER_BYTES - PartLayout.BYTES_OFFSET)
                & -MessageLayout.ALIGNMENT;
    }

    /** The longest body that goes into one datagram. */
    public static int bodyBytesWhole(int datagramBytes) {
        return datagramBytes - DatagramLayout.HEADER_BYTES - MessageLayout.HEADER_BYTES;
    }
}
