package dev.quern.net;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.ffi.linux.PacketMessages;
import dev.quern.ffi.linux.PacketSocket;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * An interface of the kernel by packet sockets, one for each pair of queues: for where DPDK is not installed, and for tests. The kernel
 * spreads the frames by flow, in a way of its own. The interface is best left without addresses of the kernel's. Wants CAP_NET_RAW.
 */
public final class KernelDevice implements PacketDevice {
    private static final int HEADROOM = 128;
    /** Bursts of buffers for each queue: those posted, those at hand, those being served or sent. */
    private static final int BUFFERS_PER_QUEUE = 16 * NetLimits.BURST;

    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private final String name;
    private final PacketSocket[] sockets;
    private final Receive[] receives;
    private final Transmit[] transmits;
    private final BufferPool pool;
    private final int bufferBytes;
    private long dropped;
    private boolean isClosed;

    private KernelDevice(String name, PacketSocket[] sockets) {
        this.name = name;
        this.sockets = sockets;
        bufferBytes = sockets[0].mtu() + NetLimits.BUFFER_BYTES_OVER_MTU;
        pool = new BufferPool(sockets.length * BUFFERS_PER_QUEUE, HEADROOM + bufferBytes);
        receives = new Receive[sockets.length];
        transmits = new Transmit[sockets.length];
        for (int i = 0; i < sockets.length; i++) {
            receives[i] = new Receive(sockets[i]);
            transmits[i] = new Transmit(sockets[i]);
        }
    }

    /**
     * Opens an interface of this thread's network namespace.
     *
     * @throws IOException when it cannot be had; the message says why
     */
    public static KernelDevice open(String name, int queueCount) throws IOException {
        PacketSocket[] sockets = new PacketSocket[queueCount];
        int opened = 0;
        try {
            int group = 0;
            for (; opened < queueCount; opened++) {
                sockets[opened] = PacketSocket.open(name, SOCKET_BUFFER_BYTES);
                if (queueCount > 1) {
                    group = sockets[opened].share(group);
                }
            }
            if (!sockets[0].isUp()) {
                throw new IOException("interface " + name + " is down: ip link set " + name + " up");
            }
            return new KernelDevice(name, sockets);
        } catch (IOException | RuntimeException failed) {
            for (int i = 0; i < Math.min(opened + 1, queueCount); i++) {
                if (sockets[i] != null) {
                    sockets[i].close();
                }
            }
            throw failed;
        }
    }

    @Override
    public String describe() {
        return "kernel:" + name + ", " + sockets.length + (sockets.length == 1 ? " pair" : " pairs") + " of queues";
    }

    @Override
    public long mac() {
        return sockets[0].mac();
    }

    @Override
    public int mtu() {
        return sockets[0].mtu();
    }

    @Override
    public int queueCount() {
        return sockets.length;
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
        try {
            sockets[0].listen(multicastMac);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    @Override
    public synchronized long missed() {
        if (!isClosed) {
            try {
                for (PacketSocket socket : sockets) {
                    dropped += socket.takeDropped();
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
        return dropped;
    }

    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        for (int i = 0; i < sockets.length; i++) {
            sockets[i].close();
            receives[i].messages.close();
            transmits[i].messages.close();
        }
        pool.close();
    }

    private final class Receive implements ReceiveQueue {
        private final PacketSocket socket;
        private final PacketMessages messages = new PacketMessages(NetLimits.BURST);
        private final BufferPool.Cache cache = pool.cache();
        private final long[] posted = new long[NetLimits.BURST];

        Receive(PacketSocket socket) {
            this.socket = socket;
        }

        @Override
        public int receive(PacketBurst burst, int limit) {
            int wanted = post(Math.min(Math.min(limit, burst.room()), NetLimits.BURST));
            // An error is the interface's (ENETDOWN): it says nothing of the next frame.
            int received = wanted == 0 ? 0 : messages.receive(socket.descriptor(), wanted);
            int added = 0;
            for (int slot = 0; slot < received; slot++) {
                // A buffer whose frame was cut is used again.
                if (!messages.truncated(slot)) {
                    add(burst, slot);
                    posted[slot] = 0;
                    added++;
                }
            }
            return added;
        }

        /** Buffers for the first so many slots, or for as many as there are. */
        private int post(int count) {
            for (int slot = 0; slot < count; slot++) {
                if (posted[slot] == 0) {
                    long buffer = cache.take();
                    if (buffer == 0) {
                        return slot;
                    }
                    posted[slot] = buffer;
                    messages.set(slot, buffer + HEADROOM, bufferBytes);
                }
            }
            return count;
        }

        private void add(PacketBurst burst, int slot) {
            int status = messages.status(slot);
            long frame = posted[slot] + HEADROOM;
            int length = messages.length(slot);
            if ((status & PacketMessages.VLAN_VALID) != 0 && length >= EthernetLayout.HEADER_BYTES) {
                frame = putTagBack(frame, messages.vlan(slot));
                length += EthernetLayout.TAG_BYTES;
            }
            boolean isGood = (status & (PacketMessages.CHECKSUM_NOT_READY | PacketMessages.CHECKSUM_VALID)) != 0;
            burst.add(posted[slot], frame, length, isGood ? PacketFlags.UDP_CHECKSUM_GOOD : PacketFlags.NONE);
        }

        /** The kernel shows frames without their tag. */
        private static long putTagBack(long frame, int tag) {
            long tagged = frame - EthernetLayout.TAG_BYTES;
            NativeMemory.copy(frame, tagged, EthernetLayout.TYPE_OFFSET);
            NetworkOrder.putShort(tagged + EthernetLayout.TYPE_OFFSET, EthernetLayout.TYPE_TAG);
            NetworkOrder.putShort(tagged + EthernetLayout.TAG_OFFSET, tag);
            return tagged;
        }

        @Override
        public int descriptor() {
            return socket.descriptor();
        }
    }

    private final class Transmit implements TransmitQueue {
        private final PacketSocket socket;
        private final PacketMessages messages = new PacketMessages(NetLimits.BURST);
        private final BufferPool.Cache cache = pool.cache();

        Transmit(PacketSocket socket) {
            this.socket = socket;
        }

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
            int count = Math.min(burst.count() - from, NetLimits.BURST);
            for (int i = 0; i < count; i++) {
                messages.set(i, burst.address(from + i), burst.length(from + i));
            }
            int taken = 0;
            while (taken < count) {
                int sent = messages.send(socket.descriptor(), taken, count);
                if (sent == 0) {
                    break;
                }
                // A frame that is refused for itself is lost.
                taken += Math.max(sent, 1);
            }
            for (int i = 0; i < taken; i++) {
                cache.give(burst.handle(from + i));
            }
            return taken;
        }
    }
}
