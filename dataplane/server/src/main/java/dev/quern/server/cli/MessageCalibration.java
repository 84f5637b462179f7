package dev.quern.server.cli;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.server.roles.MessageCosts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.SplittableRandom;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/** Measures what messages cost here: by a socket of the kernel's on loopback, copies, queues between two threads, and misses to memory. Each is the best of some runs. */
final class MessageCalibration {
    private static final int RUNS = 5;
    private static final int MESSAGE_BYTES = 128;
    private static final int COPY_BYTES = 16 << 10;
    private static final int CHASE_LONGS = 8 << 20;
    private static final int UNDER_WAY = 64;
    private static final Integer ITEM = 1;

    private MessageCalibration() {}

    /** With so many operations of each kind in a run: 100,000 give figures, 100 show that it works. */
    static MessageCosts measure(int operations) throws IOException {
        return new MessageCosts(messageNs(operations), byteNs(operations), handoverNs(operations), touchNs(operations));
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private static double bestNs(int operations, Work work) throws IOException {
        long best = Long.MAX_VALUE;
        for (int run = 0; run < RUNS; run++) {
            long beginNs = System.nanoTime();
            work.run();
            best = Math.min(best, System.nanoTime() - beginNs);
        }
        return (double) best / operations;
    }

    /** In and out again: what a server does for a request whose datagram holds nothing else. */
    private static double messageNs(int operations) throws IOException {
        try (DatagramChannel socket = DatagramChannel.open()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            socket.connect(socket.getLocalAddress());
            ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES);
            return bestNs(operations, () -> {
                for (int i = 0; i < operations; i++) {
                    message.clear();
                    int sent = socket.write(message);
                    message.clear();
                    if (sent != MESSAGE_BYTES || socket.read(message) != MESSAGE_BYTES) {
                        throw new IOException("loopback cut a datagram of " + MESSAGE_BYTES + " bytes");
                    }
                }
            });
        }
    }

    private static double byteNs(int operations) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long from = arena.allocate(2 * COPY_BYTES, Long.BYTES).address();
            return bestNs(operations, () -> {
                        for (int i = 0; i < operations; i++) {
                            NativeMemory.copy(from, from + COPY_BYTES, COPY_BYTES);
                        }
                    })
                    / COPY_BYTES;
        }
    }

    /** To another thread and back, both threads' time together, with more under way than they can wait for. */
    private static double handoverNs(int operations) throws IOException {
        return 2 * bestNs(operations, () -> handOver(operations));
    }

    private static void handOver(int operations) throws IOException {
        MpscVarHandleArrayQueue<Integer> there = new MpscVarHandleArrayQueue<>(UNDER_WAY);
        MpscVarHandleArrayQueue<Integer> back = new MpscVarHandleArrayQueue<>(UNDER_WAY);
        Thread other = Thread.ofPlatform().name("quern-calibrate").start(() -> {
            for (int done = 0; done < operations; ) {
                Integer item = there.poll();
                if (item != null && back.offer(item)) {
                    done++;
                } else {
                    Thread.onSpinWait();
                }
            }
        });
        int sent = 0;
        for (int got = 0; got < operations; ) {
            if (sent < operations && sent - got < UNDER_WAY && there.offer(ITEM)) {
                sent++;
            }
            got += back.poll() == null ? 0 : 1;
        }
        try {
            other.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in the midst of a measurement", interrupted);
        }
    }

    /** From one place in memory to the next that it names. */
    private static double touchNs(int operations) throws IOException {
        long[] next = new long[CHASE_LONGS];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < next.length; i++) {
            next[i] = i;
        }
        for (int i = next.length - 1; i > 0; i--) {
            // One cycle through all (Sattolo 1986).
            int other = random.nextInt(i);
            long kept = next[i];
            next[i] = next[other];
            next[other] = kept;
        }
        long[] at = new long[1];
        double ns = bestNs(operations, () -> {
            long place = at[0];
            for (int i = 0; i < operations; i++) {
                place = next[(int) place];
            }
            at[0] = place;
        });
        if (at[0] < 0) {
            throw new IOException("a place before the first");
        }
        return ns;
    }
}
