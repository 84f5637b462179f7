package dev.quern.server.net;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.BufferPool;
import dev.quern.net.NetLimits;
import dev.quern.net.NetworkOrder;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketDevice;
import dev.quern.net.PacketFlags;
import dev.quern.net.ReceiveQueue;
import dev.quern.net.TransmitQueue;
import dev.quern.protocol.Toeplitz;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicLong;

/** One end of a {@link MemoryWire}. Spreads UDP over its queues by the hash of devices; everything else comes by the first. */
final class MemoryDevice implements PacketDevice {
    private static final int BUFFERS = 1024;
    private static final int QUEUE_FRAMES = 512;
    private static final int HEADROOM = 128;

    private final String name;
    private final long mac;
    private final int mtu;
    private final int bufferBytes;
    private final MemoryWire wire;
    private final BufferPool pool;
    private final BufferPool.Cache arriving;
    private final Receive[] receives;
    private final Transmit[] transmits;
    private final AtomicLong missed = new AtomicLong();
    private final Arena arena = Arena.ofShared();
    private final long held;
    private int heldLength;
    private int buffersAtClose;
    private boolean isClosed;

    MemoryDevice(String name, long mac, int mtu, int queueCount, MemoryWire wire) {
        this.name = name;
        this.mac = mac;
        this.mtu = mtu;
        this.bufferBytes = mtu + NetLimits.BUFFER_BYTES_OVER_MTU;
        this.wire = wire;
        pool = new BufferPool(BUFFERS, HEADROOM + bufferBytes);
        arriving = pool.cache();
        held = arena.allocate(bufferBytes, 8).address();
        receives = new Receive[queueCount];
        transmits = new Transmit[queueCount];
        for (int i = 0; i < queueCount; i++) {
            receives[i] = new Receive();
            transmits[i] = new Transmit();
        }
    }

    @Override
    public String describe() {
        return "memory:" + name;
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int queueCount() {
        return receives.length;
    }

    @Override
    public ReceiveQueue receiveQueue(int index) {
        return receives[index];
    }

    @Override
    public TransmitQueue transmitQueue(int index) {
        return transmits[index];
    }

    @Override
    public int bufferBytes() {
        return bufferBytes;
    }

    @Override
    public boolean fillsChecksums() {
        return false;
    }

    @Override
    public void listen(long multicastMac) {
        // It shows everything.
    }

    @Override
    public long missed() {
        return missed.get();
    }

    /** Buffers that are in nobody's hands; exact when no thread uses the device. */
    int buffersFree() {
        for (Transmit transmit : transmits) {
            transmit.cache.flush();
        }
        synchronized (wire) {
            arriving.flush();
        }
        return pool.available();
    }

    static int buffers() {
        return BUFFERS;
    }

    /** Under the wire's lock. */
    void arrive(long address, int length) {
        if (isClosed) {
            return;
        }
        long buffer = length > bufferBytes ? 0 : arriving.take();
        if (buffer == 0) {
            missed.incrementAndGet();
            return;
        }
        NativeMemory.copy(address, buffer + HEADROOM, length);
        if (!receives[queueOf(address, length)].offer(buffer, length)) {
            arriving.give(buffer);
            missed.incrementAndGet();
        }
    }

    /** Under the wire's lock. */
    void hold(long address, int length) {
        arriveHeld();
        if (isClosed) {
            return;
        }
        NativeMemory.copy(address, held, length);
        heldLength = length;
    }

    /** Under the wire's lock. */
    void arriveHeld() {
        if (heldLength > 0) {
            arrive(held, heldLength);
            heldLength = 0;
        }
    }

    private int queueOf(long frame, int length) {
        if (receives.length == 1 || length < 14 + 28 || NetworkOrder.getShort(frame + 12) != 0x0800) {
            return 0;
        }
        long ip = frame + 14;
        if (NetworkOrder.getByte(ip) != 0x45 || NetworkOrder.getByte(ip + 9) != 17) {
            return 0;
        }
        int hash = Toeplitz.hash(
                NativeMemory.toArray(ip + 12, 8), NetworkOrder.getShort(ip + 20), NetworkOrder.getShort(ip + 22));
        return Toeplitz.queue(hash, receives.length);
    }

    /** Whether everything that arrived has been received. */
    boolean isIdle() {
        for (Receive receive : receives) {
            if (!receive.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** What {@link #buffersFree} was when it was closed. */
    int buffersAtClose() {
        return buffersAtClose;
    }

    @Override
    public void close() {
        synchronized (wire) {
            isClosed = true;
        }
        buffersAtClose = buffersFree();
        pool.close();
        arena.close();
    }

    private static final class Receive implements ReceiveQueue {
        private final long[] buffers = new long[QUEUE_FRAMES];
        private final int[] lengths = new int[QUEUE_FRAMES];
        private int head;
        private int count;

        private synchronized boolean offer(long buffer, int length) {
            if (count == QUEUE_FRAMES) {
                return false;
            }
            int at = (head + count++) % QUEUE_FRAMES;
            buffers[at] = buffer;
            lengths[at] = length;
            return true;
        }

        private synchronized boolean isEmpty() {
            return count == 0;
        }

        @Override
        public synchronized int receive(PacketBurst burst, int limit) {
            int taken = Math.min(Math.min(limit, count), burst.room());
            for (int i = 0; i < taken; i++) {
                burst.add(buffers[head], buffers[head] + HEADROOM, lengths[head], PacketFlags.NONE);
                head = (head + 1) % QUEUE_FRAMES;
            }
            count -= taken;
            return taken;
        }
    }

    private final class Transmit implements TransmitQueue {
        private final BufferPool.Cache cache = pool.cache();

        @Override
        public int allocate(PacketBurst burst, int count) {
            return cache.allocate(burst, count, HEADROOM);
        }

        @Override
        public void free(PacketBurst burst, int from) {
            cache.free(burst, from);
        }

        @Override
        public int transmit(PacketBurst burst, int from) {
            for (int i = from; i < burst.count(); i++) {
                wire.carry(MemoryDevice.this, burst.address(i), burst.length(i));
                cache.give(burst.handle(i));
            }
            return burst.count() - from;
        }
    }
}
