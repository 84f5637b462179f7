package dev.quern.ffi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A fixed set of datagram slots that one {@code recvmmsg} fills or one {@code sendmmsg} empties, without allocating. A slot is a buffer,
 * a length and the peer's {@code sockaddr}. Thread: its owner's only.
 *
 * <p>Source: recvmmsg(2), sendmmsg(2).
 */
public final class MultiMessage implements AutoCloseable {

    private final Arena arena = Arena.ofShared();
    private final MemorySegment capture;
    private final int capacity;
    private final int bytesMax;
    private final long bufferStride;
    private final long headers;
    private final long vectors;
    private final long peers;
    private final long controls;
    private final long buffers;

    /** Slots for {@code capacity} datagrams of {@code bytesMax} bytes each. */
    public MultiMessage(int capacity, int bytesMax) {
        this.capacity = capacity;
        this.bytesMax = bytesMax;
        this.bufferStride =
                (bytesMax + MessageCalls.CACHE_LINE - 1L) / MessageCalls.CACHE_LINE * MessageCalls.CACHE_LINE;
        this.capture = LinuxCalls.newCapture(arena);
        this.headers = allocate(SocketLayout.MULTI_SIZE);
        this.vectors = allocate(SocketLayout.VECTOR_SIZE);
        this.peers = allocate(SocketLayout.ADDRESS_SLOT);
        this.controls = allocate(SocketLayout.STAMP_SPACE);
        this.buffers = allocate(bufferStride);
        for (int i = 0; i < capacity; i++) {
            long header = header(i);
            long vector = vectors + (long) i * SocketLayout.VECTOR_SIZE;
            NativeMemory.putLong(header + SocketLayout.MESSAGE_NAME, peer(i));
            NativeMemory.putLong(header + SocketLayout.MESSAGE_CONTROL, control(i));
            NativeMemory.putLong(header + SocketLayout.MESSAGE_VECTORS, vector);
            NativeMemory.putLong(header + SocketLayout.MESSAGE_VECTOR_COUNT, 1);
            NativeMemory.putLong(vector + SocketLayout.VECTOR_BASE, address(i));
            NativeMemory.putLong(vector + SocketLayout.VECTOR_LENGTH, bytesMax);
        }
    }

    private long allocate(long stride) {
        return arena.allocate(stride * capacity, MessageCalls.CACHE_LINE).address();
    }

    public int capacity() {
        return capacity;
    }

    public int bytesMax() {
        return bytesMax;
    }

    /**
     * Receives up to {@code limit} datagrams into slots 0 and up. Returns how many came, 0 when none was waiting, or a negative errno.
     *
     * <p>Only usable for receiving; keep a second set for sending, whose slots have lengths of their own.
     */
    public int receive(int descriptor, int limit) {
        return receive(descriptor, limit, false);
    }

    /** The same, with {@link #stampNs} for each where the socket {@link UdpSocket#stamps}. */
    public int receive(int descriptor, int limit, boolean isStamped) {
        int count = Math.min(limit, capacity);
        long room = isStamped ? SocketLayout.STAMP_SPACE : 0;
        for (int i = 0; i < count; i++) {
            // The kernel writes the peer's real size here, and reads it as the room there is; so with what it says
            // besides.
            NativeMemory.putInt(header(i) + SocketLayout.MESSAGE_NAME_LENGTH, SocketLayout.ADDRESS_IPV6_SIZE);
            NativeMemory.putLong(header(i) + SocketLayout.MESSAGE_CONTROL_LENGTH, room);
        }
        return quiet(MessageCalls.receive(descriptor, headers, count, capture));
    }

    /**
     * Sends the slots from {@code from} to {@code to} (exclusive). Returns how many the kernel took, 0 when its buffer is full, or a negative
     * errno, which concerns the slot {@code from} alone.
     */
    public int send(int descriptor, int from, int to) {
        return quiet(MessageCalls.send(descriptor, header(from), to - from, capture));
    }

    private static int quiet(int count) {
        return count == -LinuxCalls.EAGAIN || count == -LinuxCalls.EINTR ? 0 : count;
    }

    /** The buffer of a slot. */
    public long address(int slot) {
        return buffers + slot * bufferStride;
    }

    /** The length of the datagram received in a slot. */
    public int length(int slot) {
        return NativeMemory.getInt(header(slot) + SocketLayout.MULTI_LENGTH);
    }

    /** Whether the datagram received was longer than the slot. */
    public boolean truncated(int slot) {
        return (NativeMemory.getInt(header(slot) + SocketLayout.MESSAGE_FLAGS) & MessageCalls.MSG_TRUNC) != 0;
    }

    /** When the datagram received in a slot arrived, in nanoseconds of Unix time; 0 when the kernel did not say. */
    public long stampNs(int slot) {
        long control = control(slot);
        boolean isStamp =
                NativeMemory.getLong(header(slot) + SocketLayout.MESSAGE_CONTROL_LENGTH) >= SocketLayout.STAMP_SPACE
                        && NativeMemory.getInt(control + SocketLayout.CONTROL_LEVEL) == SocketCalls.SOL_SOCKET
                        && NativeMemory.getInt(control + SocketLayout.CONTROL_TYPE) == SocketCalls.SO_TIMESTAMPNS;
        if (!isStamp) {
            return 0;
        }
        long time = control + SocketLayout.CONTROL_DATA;
        return NativeMemory.getLong(time + SocketLayout.TIME_SECONDS) * 1_000_000_000L
                + NativeMemory.getLong(time + SocketLayout.TIME_NANOSECONDS);
    }

    private long control(int slot) {
        return controls + (long) slot * SocketLayout.STAMP_SPACE;
    }

    /** The {@code sockaddr} of a slot: whom it came from, or whom it goes to. */
    public long peer(int slot) {
        return peers + (long) slot * SocketLayout.ADDRESS_SLOT;
    }

    /** Makes a slot ready for sending: its length, and its peer copied from a {@code sockaddr}. */
    public void set(int slot, int length, long peerSource) {
        NativeMemory.copy(peerSource, peer(slot), SocketLayout.ADDRESS_SLOT);
        NativeMemory.putInt(header(slot) + SocketLayout.MESSAGE_NAME_LENGTH, SocketLayout.sizeOf(peerSource));
        NativeMemory.putLong(
                vectors + (long) slot * SocketLayout.VECTOR_SIZE + SocketLayout.VECTOR_LENGTH,
                Integer.toUnsignedLong(length));
    }

    private long header(int slot) {
        return headers + (long) slot * SocketLayout.MULTI_SIZE;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
