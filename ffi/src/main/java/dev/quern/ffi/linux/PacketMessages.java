package dev.quern.ffi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Slots that one {@code recvmmsg} fills from a {@link PacketSocket}, or one {@code sendmmsg} empties to it, each with a buffer of the
 * caller's. Allocates nothing once it is made. Thread: its owner's only.
 *
 * <p>Source: recvmmsg(2), sendmmsg(2), packet(7).
 */
public final class PacketMessages implements AutoCloseable {
    /** Of {@link #status}: the frame came from this host, which has left a checksum for hardware to fill in. */
    public static final int CHECKSUM_NOT_READY = 1 << 3;

    /** Of {@link #status}: {@link #vlan} was taken out of the frame. */
    public static final int VLAN_VALID = 1 << 4;

    /** Of {@link #status}: the transport checksum was found right. */
    public static final int CHECKSUM_VALID = 1 << 7;

    /** A {@code cmsghdr} and a {@code tpacket_auxdata}, with its padding. */
    private static final int CONTROL_BYTES = 40;

    private static final int CONTROL_STATUS = 16;
    private static final int CONTROL_VLAN = CONTROL_STATUS + 3 * Integer.BYTES + 2 * Short.BYTES;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment capture = LinuxCalls.newCapture(arena);
    private final long headers;
    private final long vectors;
    private final long controls;

    /** So many slots without buffers. */
    public PacketMessages(int capacity) {
        headers = arena.allocate((long) SocketLayout.MULTI_SIZE * capacity, MessageCalls.CACHE_LINE)
                .address();
        vectors = arena.allocate((long) SocketLayout.VECTOR_SIZE * capacity, MessageCalls.CACHE_LINE)
                .address();
        controls = arena.allocate((long) CONTROL_BYTES * capacity, MessageCalls.CACHE_LINE)
                .address();
        for (int slot = 0; slot < capacity; slot++) {
            NativeMemory.putLong(header(slot) + SocketLayout.MESSAGE_VECTORS, vector(slot));
            NativeMemory.putLong(header(slot) + SocketLayout.MESSAGE_VECTOR_COUNT, 1);
        }
    }

    /** A slot's buffer: what is sent from there, or the room there is to receive. */
    public void set(int slot, long address, int length) {
        NativeMemory.putLong(vector(slot) + SocketLayout.VECTOR_BASE, address);
        NativeMemory.putLong(vector(slot) + SocketLayout.VECTOR_LENGTH, length);
    }

    /** Receives into the first {@code count} slots. Returns how many frames came, 0 when none was waiting, or a negative errno. */
    public int receive(int descriptor, int count) {
        for (int slot = 0; slot < count; slot++) {
            NativeMemory.putLong(header(slot) + SocketLayout.MESSAGE_CONTROL, control(slot));
            NativeMemory.putLong(header(slot) + SocketLayout.MESSAGE_CONTROL_LENGTH, CONTROL_BYTES);
        }
        return quiet(MessageCalls.receive(descriptor, headers, count, capture));
    }

    /**
     * Sends the slots from {@code from} to {@code to} (exclusive). Returns how many the kernel took, 0 when it has no room, or a negative
     * errno, which concerns the slot {@code from} alone.
     */
    public int send(int descriptor, int from, int to) {
        return quiet(MessageCalls.send(descriptor, header(from), to - from, capture));
    }

    private static int quiet(int count) {
        return count == -LinuxCalls.EAGAIN || count == -LinuxCalls.EINTR || count == -LinuxCalls.ENOBUFS ? 0 : count;
    }

    /** The bytes received in a slot. */
    public int length(int slot) {
        return NativeMemory.getInt(header(slot) + SocketLayout.MULTI_LENGTH);
    }

    /** Whether the frame was longer than its buffer. */
    public boolean truncated(int slot) {
        return (NativeMemory.getInt(header(slot) + SocketLayout.MESSAGE_FLAGS) & MessageCalls.MSG_TRUNC) != 0;
    }

    /** What the kernel says of the frame received; 0 when it says nothing. */
    public int status(int slot) {
        boolean isThere = NativeMemory.getLong(header(slot) + SocketLayout.MESSAGE_CONTROL_LENGTH) >= CONTROL_BYTES;
        return isThere ? NativeMemory.getInt(control(slot) + CONTROL_STATUS) : 0;
    }

    /** Priority and VLAN of the tag that was taken out of the frame, where {@link #VLAN_VALID}. */
    public int vlan(int slot) {
        return Short.toUnsignedInt(NativeMemory.getShort(control(slot) + CONTROL_VLAN));
    }

    private long header(int slot) {
        return headers + (long) slot * SocketLayout.MULTI_SIZE;
    }

    private long vector(int slot) {
        return vectors + (long) slot * SocketLayout.VECTOR_SIZE;
    }

    private long control(int slot) {
        return controls + (long) slot * CONTROL_BYTES;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
