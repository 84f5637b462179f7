package dev.quern.ffi.dpdk;

import dev.quern.ffi.dpdk.generated.DpdkCalls;
import dev.quern.ffi.linux.NativeMemory;

/**
 * Fields of a packet buffer ({@code rte_mbuf}), which is named by its address. Their places are the same in every version that
 * {@link DpdkAbi} knows, so they are constants here.
 *
 * <p>A packet is one buffer, or a chain of them by {@link #next}, of which the first one knows the total. Whoever holds a buffer may read and write
 * it: its thread is the holder's.
 */
public final class Mbuf {
    /** Room before the packet in a fresh buffer, for headers yet to come. */
    public static final int HEADROOM_BYTES = DpdkCalls.RTE_PKTMBUF_HEADROOM();

    static final int BUFFER = 0;
    static final int IOVA = 8;
    static final int DATA_OFFSET = 16;
    static final int REFERENCES = 18;
    static final int SEGMENTS = 20;
    static final int PORT = 22;
    static final int FLAGS = 24;
    static final int PACKET_LENGTH = 36;
    static final int DATA_LENGTH = 40;
    static final int VLAN = 42;
    static final int HASH = 44;
    static final int BUFFER_LENGTH = 54;
    static final int POOL = 56;
    static final int NEXT = 64;
    static final int TRANSMIT_OFFLOAD = 72;
    static final int BYTES = 128;

    /** In {@link #TRANSMIT_OFFLOAD}: 7 bits of link header's length, then 9 of the network header's. */
    static final int NETWORK_LENGTH_SHIFT = 7;

    /** The word at {@link #DATA_OFFSET} of a packet of one buffer that nobody else holds, but for the offset: one reference, one segment, no port. */
    static final long ALONE = 1L << 16 | 1L << 32 | 0xFFFFL << 48;

    /** In {@link #FLAGS}: the bytes lie elsewhere than in the buffer itself, where a driver put them; who frees the buffer must see it. */
    static final long ATTACHED = 3L << 61;

    private static final long OFFSET_MASK = 0xFFFF;
    private static final int SEGMENTS_SHIFT = (SEGMENTS - DATA_OFFSET) * Byte.SIZE;

    private Mbuf() {}

    /** Makes a buffer that comes from its pool an empty packet. The pool leaves {@code next} 0, one reference, and one segment. */
    static void reset(long mbuf) {
        NativeMemory.putLong(mbuf + DATA_OFFSET, ALONE | HEADROOM_BYTES);
        NativeMemory.putLong(mbuf + FLAGS, 0);
        NativeMemory.putLong(mbuf + PACKET_LENGTH, 0);
        NativeMemory.putLong(mbuf + TRANSMIT_OFFLOAD, 0);
    }

    /** The address of this buffer's first byte of the packet. */
    public static long data(long mbuf) {
        return NativeMemory.getLong(mbuf + BUFFER) + Short.toUnsignedInt(NativeMemory.getShort(mbuf + DATA_OFFSET));
    }

    /** This buffer's bytes of the packet. */
    public static int dataLength(long mbuf) {
        return Short.toUnsignedInt(NativeMemory.getShort(mbuf + DATA_LENGTH));
    }

    /** The whole packet's bytes; of a chain's first buffer. */
    public static int packetLength(long mbuf) {
        return NativeMemory.getInt(mbuf + PACKET_LENGTH);
    }

    /** How many buffers the packet has; of a chain's first one. */
    public static int segments(long mbuf) {
        return Short.toUnsignedInt(NativeMemory.getShort(mbuf + SEGMENTS));
    }

    /** The chain's next buffer, or 0. */
    public static long next(long mbuf) {
        return NativeMemory.getLong(mbuf + NEXT);
    }

    /** The receive hash that spread the packet to its queue, where the device has it. */
    public static int hash(long mbuf) {
        return NativeMemory.getInt(mbuf + HASH);
    }

    /** {@code RTE_MBUF_F_…}, of which {@link MbufFlags} names some. */
    public static long flags(long mbuf) {
        return NativeMemory.getLong(mbuf + FLAGS);
    }

    /**
     * What of a buffer says where its bytes begin and how many buffers the packet has, in one word: for who handles packets by the million,
     * {@link #isAlone} and {@link #data(long, long)} take it.
     */
    public static long place(long mbuf) {
        return NativeMemory.getLong(mbuf + DATA_OFFSET);
    }

    /** Whether the packet has this one buffer. */
    public static boolean isAlone(long place) {
        return (place >>> SEGMENTS_SHIFT & 0xFFFF) == 1;
    }

    /** Of a place, what {@link #areNotAlone} takes; those of many are put together by {@code |}. */
    public static long notAlone(long place) {
        return place ^ 1L << SEGMENTS_SHIFT;
    }

    /** 0 when each of the packets has one buffer. */
    public static long areNotAlone(long places) {
        return places & 0xFFFFL << SEGMENTS_SHIFT;
    }

    /** The address of this buffer's first byte of the packet, by its {@link #place}. */
    public static long data(long mbuf, long place) {
        return NativeMemory.getLong(mbuf + BUFFER) + (place & OFFSET_MASK);
    }

    /** Makes a buffer that nobody else holds a packet by itself, which begins at this address inside it, and of which the device is asked nothing. */
    public static void setPacket(long mbuf, long address, int length) {
        NativeMemory.putLong(mbuf + DATA_OFFSET, ALONE | address - NativeMemory.getLong(mbuf + BUFFER));
        NativeMemory.putLong(mbuf + FLAGS, NativeMemory.getLong(mbuf + FLAGS) & ATTACHED);
        // Packet's and buffer's length, and no VLAN, in one store: three would cost as much as all the rest.
        NativeMemory.putLong(mbuf + PACKET_LENGTH, (long) length << Integer.SIZE | length);
    }

    /** The length of a packet of one buffer. */
    public static void setLength(long mbuf, int length) {
        NativeMemory.putShort(mbuf + DATA_LENGTH, (short) length);
        NativeMemory.putInt(mbuf + PACKET_LENGTH, length);
    }

    /** What the device is to do on sending, by {@link MbufFlags}, and the lengths of the two headers that it must skip for that. */
    public static void setTransmit(long mbuf, long flags, int linkBytes, int networkBytes) {
        NativeMemory.putLong(mbuf + FLAGS, NativeMemory.getLong(mbuf + FLAGS) & ATTACHED | flags);
        NativeMemory.putLong(mbuf + TRANSMIT_OFFLOAD, linkBytes | (long) networkBytes << NETWORK_LENGTH_SHIFT);
    }

    /** Appends a packet of one buffer to a chain, of which {@code last} is the last buffer; the chain's first one knows the total afterwards. */
    public static void chain(long first, long last, long appended) {
        NativeMemory.putLong(last + NEXT, appended);
        NativeMemory.putShort(first + SEGMENTS, (short) (segments(first) + 1));
        NativeMemory.putInt(first + PACKET_LENGTH, packetLength(first) + dataLength(appended));
    }

    /** The bytes that this buffer has room for from the packet's first one on. */
    public static int room(long mbuf) {
        return Short.toUnsignedInt(NativeMemory.getShort(mbuf + BUFFER_LENGTH))
                - Short.toUnsignedInt(NativeMemory.getShort(mbuf + DATA_OFFSET));
    }
}
