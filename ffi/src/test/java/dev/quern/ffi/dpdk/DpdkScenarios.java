package dev.quern.ffi.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quern.ffi.dpdk.DpdkException.Reason;
import dev.quern.ffi.linux.Affinity;
import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What tests do with DPDK, each in a process of its own; an exception ends it with a code that is not 0. */
final class DpdkScenarios {
    private static final int FRAME_BYTES = 64;
    private static final int BURST = 32;
    private static final int BUFFERS = 2047;
    private static final int QUIET_MAX = 100_000;
    private static final int SPINS = 1_000;
    private static final long PAUSE_NS = 1_000;
    private static final long DRAIN_NS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(120);

    private DpdkScenarios() {}

    public static void main(String[] arguments) throws Exception {
        List<String> rest = List.of(arguments).subList(1, arguments.length);
        switch (arguments[0]) {
            case "once" -> once(rest);
            case "null" -> nullDevice(Dpdk.start(rest));
            case "ring" -> ring(Dpdk.start(rest));
            case "exhaust" -> exhaust(Dpdk.start(rest));
            case "devices" -> devices(Dpdk.start(rest));
            case "threads" -> threads(Dpdk.start(rest));
            case "exit" -> exitWhilePolling(Dpdk.start(rest));
            case "close" -> closeAtTheEnd(Dpdk.start(rest));
            case "hold" -> hold(Dpdk.start(rest));
            case "vhost" -> vhost(rest.get(0), Dpdk.start(rest.subList(1, rest.size())));
            case "virtio" -> virtio(rest.get(0), rest.get(1), Dpdk.start(rest.subList(2, rest.size())));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static void once(List<String> arguments) throws IOException {
        BitSet before = Affinity.allowed();
        Dpdk dpdk = Dpdk.start(arguments);
        assertEquals(before, Affinity.allowed(), "the starting thread's processors");
        assertEquals(dpdk, Dpdk.start(arguments));
        assertEquals(dpdk, Dpdk.running());
        DpdkException other = assertThrows(DpdkException.class, () -> Dpdk.start(List.of("--no-pci")));
        assertEquals(Reason.ALREADY_STARTED, other.reason());
        say("huge " + dpdk.hasHugePages());
    }

    private static void nullDevice(Dpdk dpdk) throws DpdkException {
        Ethdev device = Ethdev.open(dpdk, "net_null0,size=" + FRAME_BYTES);
        assertEquals("net_null", device.info().driver());
        assertEquals(
                List.of("net_null0"),
                Ethdev.all(dpdk).stream().map(Ethdev::name).toList());
        try (Mempool pool = Mempool.create(dpdk, "null", BUFFERS, 2048)) {
            int before = pool.available();
            device.configure(EthdevConfig.DEFAULT.withQueues(2).withMtu(1400), pool, new byte[40]);
            assertEquals(1400, device.mtu());
            device.setMtu(1500);
            assertEquals(1500, device.mtu());
            assertNotEquals(0, device.mac());
            device.start();
            assertTrue(device.spreadOver(2));
            long packets = NativeHeap.allocate(BURST * Long.BYTES);
            for (int queue = 0; queue < 2; queue++) {
                assertEquals(BURST, device.receiveQueue(queue).burst(packets, BURST));
                for (int i = 0; i < BURST; i++) {
                    long mbuf = NativeMemory.getLong(packets + (long) i * Long.BYTES);
                    assertEquals(FRAME_BYTES, Mbuf.packetLength(mbuf));
                    assertEquals(FRAME_BYTES, Mbuf.dataLength(mbuf));
                    assertEquals(1, Mbuf.segments(mbuf));
                }
                assertEquals(BURST, device.transmitQueue(queue).burst(packets, BURST));
            }
            assertEquals(2 * BURST, device.stats().received());
            assertEquals(2 * BURST, device.stats().sent());
            device.stop();
            assertEquals(0, device.receiveQueue(0).burst(packets, BURST), "a stopped device brings nothing");
            device.start();
            assertEquals(BURST, device.receiveQueue(0).burst(packets, BURST));
            MbufCache.free(packets, BURST);
            device.close();
            device.close();
            assertEquals(before, pool.available(), "no buffer is lost");
            NativeHeap.free(packets);
        }
        assertEquals(List.of(), Ethdev.all(dpdk));
    }

    /** What a net_ring device sends comes back by it: the same buffer, rewritten where it lies, goes round. */
    private static void ring(Dpdk dpdk) throws IOException {
        assertTrue(dpdk.registerThread());
        Ethdev device = Ethdev.open(dpdk, "net_ring0");
        Mempool pool = Mempool.create(dpdk, "ring", BUFFERS, 2048);
        device.configure(EthdevConfig.DEFAULT, pool);
        device.start();
        BurstQueue receive = device.receiveQueue(0);
        BurstQueue transmit = device.transmitQueue(0);
        MbufCache cache = new MbufCache(pool);
        long packets = NativeHeap.allocate(BURST * Long.BYTES);
        for (int i = 0; i < BURST; i++) {
            long mbuf = cache.allocate();
            assertEquals(0, Mbuf.data(mbuf) % Long.BYTES);
            assertTrue(Mbuf.room(mbuf) >= 2048);
            Mbuf.setLength(mbuf, FRAME_BYTES);
            NativeMemory.putLong(Mbuf.data(mbuf), i);
            NativeMemory.putLong(packets + (long) i * Long.BYTES, mbuf);
        }
        long[] sent =
                NativeMemory.ALL.asSlice(packets, BURST * Long.BYTES).toArray(java.lang.foreign.ValueLayout.JAVA_LONG);
        assertEquals(BURST, transmit.burst(packets, BURST));
        goRound(receive, transmit, packets, 50_000);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        int turns = 10_000;
        goRound(receive, transmit, packets, turns);
        assertEquals(0, threads.getCurrentThreadAllocatedBytes() - allocated, "bytes of Java memory");
        assertEquals(BURST, receive.burst(packets, BURST));
        long[] back =
                NativeMemory.ALL.asSlice(packets, BURST * Long.BYTES).toArray(java.lang.foreign.ValueLayout.JAVA_LONG);
        assertTrue(Arrays.equals(sent, back), "the same buffers, in their order");
        for (int i = 0; i < BURST; i++) {
            assertEquals(50_000L + turns + i, NativeMemory.getLong(Mbuf.data(back[i])));
        }
        chain(receive, transmit, cache, packets, back);
        device.close();
        cache.close();
        dpdk.unregisterThread();
        assertEquals(BUFFERS, pool.available());
        pool.close();
    }

    private static void goRound(BurstQueue receive, BurstQueue transmit, long packets, int turns) {
        for (int turn = 0; turn < turns; turn++) {
            int received = receive.burst(packets, BURST);
            for (int i = 0; i < received; i++) {
                long data = Mbuf.data(NativeMemory.getLong(packets + (long) i * Long.BYTES));
                NativeMemory.putLong(data, NativeMemory.getLong(data) + 1);
            }
            if (transmit.burst(packets, received) != received) {
                throw new AssertionError("the ring is longer than a burst");
            }
        }
    }

    private static void chain(BurstQueue receive, BurstQueue transmit, MbufCache cache, long packets, long[] held) {
        long first = held[0];
        long second = held[1];
        long third = cache.allocate();
        Mbuf.setPacket(third, Mbuf.data(third) + 8, 100);
        assertTrue(Mbuf.isAlone(Mbuf.place(third)));
        assertEquals(Mbuf.data(third), Mbuf.data(third, Mbuf.place(third)));
        Mbuf.chain(first, first, second);
        Mbuf.chain(first, second, third);
        assertEquals(3, Mbuf.segments(first));
        assertFalse(Mbuf.isAlone(Mbuf.place(first)));
        assertEquals(2 * FRAME_BYTES + 100, Mbuf.packetLength(first));
        assertEquals(third, Mbuf.next(Mbuf.next(first)));
        NativeMemory.putLong(packets, first);
        assertEquals(1, transmit.burst(packets, 1));
        assertEquals(1, receive.burst(packets, 1));
        assertEquals(first, NativeMemory.getLong(packets));
        MbufCache.free(packets, 1);
        for (int i = 2; i < BURST; i++) {
            NativeMemory.putLong(packets + (i - 2L) * Long.BYTES, held[i]);
        }
        MbufCache.free(packets, BURST - 2);
    }

    private static void exhaust(Dpdk dpdk) throws DpdkException {
        Mempool pool = Mempool.create(dpdk, "small", 255, 2048);
        MbufCache cache = new MbufCache(pool);
        long packets = NativeHeap.allocate(255 * Long.BYTES);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 255; i++) {
                long mbuf = cache.allocate();
                assertNotEquals(0, mbuf, "buffer " + i);
                NativeMemory.putLong(packets + (long) i * Long.BYTES, mbuf);
            }
            assertEquals(0, cache.allocate(), "an empty pool says so");
            MbufCache.free(packets, 255);
        }
        cache.close();
        assertEquals(255, pool.available());
        pool.close();
        DpdkException tooMany = assertThrows(DpdkException.class, () -> Mempool.create(dpdk, "large", 1 << 20, 2048));
        assertEquals(Reason.NO_HUGEPAGES, tooMany.reason());
        say(String.valueOf(tooMany.getMessage()));
    }

    private static void devices(Dpdk dpdk) throws DpdkException {
        for (String none : List.of("net_nothing0", "net_af_packet0,iface=nope0", "0000:ff:1f.7")) {
            DpdkException unknown = assertThrows(DpdkException.class, () -> Ethdev.open(dpdk, none));
            say(unknown.reason() + " " + unknown.getMessage());
        }
        Mempool pool = Mempool.create(dpdk, "plug", 1023, 2048);
        for (int round = 0; round < 40; round++) {
            Ethdev device = Ethdev.open(dpdk, "net_ring" + round);
            device.configure(EthdevConfig.DEFAULT, pool);
            device.start();
            device.close();
        }
        assertEquals(1023, pool.available());
        Ethdev narrow = Ethdev.open(dpdk, "net_ring0");
        DpdkException refused =
                assertThrows(DpdkException.class, () -> narrow.configure(EthdevConfig.DEFAULT.withQueues(99), pool));
        say(refused.reason() + " " + refused.getMessage());
    }

    private static void threads(Dpdk dpdk) throws InterruptedException {
        for (int round = 0; round < 3; round++) {
            List<Thread> threads = new ArrayList<>();
            CountDownLatch good = new CountDownLatch(50);
            for (int i = 0; i < 50; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    if (dpdk.registerThread()) {
                        good.countDown();
                        dpdk.unregisterThread();
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(0, good.getCount());
        }
    }

    /** The process ends while a thread polls: DPDK's memory must not go before it. */
    private static void exitWhilePolling(Dpdk dpdk) throws Exception {
        Ethdev device = Ethdev.open(dpdk, "net_null0");
        Mempool pool = Mempool.create(dpdk, "exit", BUFFERS, 2048);
        device.configure(EthdevConfig.DEFAULT, pool);
        device.start();
        CountDownLatch polls = new CountDownLatch(100);
        Thread poller = new Thread(() -> {
            dpdk.registerThread();
            long packets = NativeHeap.allocate(BURST * Long.BYTES);
            while (true) {
                MbufCache.free(packets, device.receiveQueue(0).burst(packets, BURST));
                polls.countDown();
            }
        });
        poller.setDaemon(true);
        poller.start();
        assertTrue(polls.await(20, TimeUnit.SECONDS));
    }

    /** As a server does that is told to end: it drains first, and closes its devices then. */
    private static void closeAtTheEnd(Dpdk dpdk) throws IOException {
        Ethdev device = Ethdev.open(dpdk, "net_null0");
        Mempool pool = Mempool.create(dpdk, "close", BUFFERS, 2048);
        device.configure(EthdevConfig.DEFAULT, pool);
        device.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            LockSupport.parkNanos(DRAIN_NS);
            try {
                device.close();
                say("closed");
            } catch (DpdkException failed) {
                say("failed: " + failed.getMessage());
            }
        }));
    }

    /** Starts, and stays until its input ends. */
    private static void hold(Dpdk dpdk) throws IOException {
        say("started " + dpdk.hasHugePages());
        assertEquals('\n', System.in.read());
    }

    /** Sends every frame back that comes by a vhost device, whatever becomes of those who sent it, until its input ends. */
    private static void vhost(String socket, Dpdk dpdk) throws IOException {
        Mempool pool = Mempool.create(dpdk, "vhost", 8191, 2048);
        Ethdev device = Ethdev.open(dpdk, "net_vhost0,iface=" + socket + ",queues=1");
        device.configure(EthdevConfig.DEFAULT, pool);
        device.start();
        assertTrue(dpdk.registerThread());
        say("listening");
        long packets = NativeHeap.allocate(BURST * Long.BYTES);
        BurstQueue receive = device.receiveQueue(0);
        BurstQueue transmit = device.transmitQueue(0);
        long echoed = 0;
        while (System.in.available() == 0) {
            boolean idle = true;
            for (int turn = 0; turn < 1000; turn++) {
                int received = receive.burst(packets, BURST);
                idle &= received == 0;
                int taken = received == 0 ? 0 : transmit.burst(packets, received);
                echoed += taken;
                MbufCache.free(packets + (long) taken * Long.BYTES, received - taken);
            }
            if (idle) {
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
        device.close();
        dpdk.unregisterThread();
        say("buffers " + pool.available() + " echoed " + echoed);
    }

    /** Sends frames by a virtio_user device and counts those that come back: so many, or without end for 0. */
    private static void virtio(String socket, String count, Dpdk dpdk) throws IOException {
        long wanted = Long.parseLong(count);
        Mempool pool = Mempool.create(dpdk, "virtio", 4095, 2048);
        Ethdev device = Ethdev.open(dpdk, "net_virtio_user0,path=" + socket + ",queues=1,queue_size=256");
        device.configure(EthdevConfig.DEFAULT, pool);
        device.start();
        assertTrue(dpdk.registerThread());
        MbufCache cache = new MbufCache(pool);
        long packets = NativeHeap.allocate(BURST * Long.BYTES);
        BurstQueue receive = device.receiveQueue(0);
        BurstQueue transmit = device.transmitQueue(0);
        long received = 0;
        long underWay = 0;
        int quiet = 0;
        boolean told = false;
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (wanted == 0 || received < wanted) {
            while (underWay < BURST) {
                long mbuf = cache.allocate();
                Mbuf.setLength(mbuf, FRAME_BYTES);
                NativeMemory.putLong(Mbuf.data(mbuf), received);
                NativeMemory.putLong(packets, mbuf);
                int taken = transmit.burst(packets, 1);
                MbufCache.free(packets, 1 - taken);
                underWay += taken;
                if (taken == 0) {
                    break;
                }
            }
            int back = receive.burst(packets, BURST);
            for (int i = 0; i < back; i++) {
                assertEquals(FRAME_BYTES, Mbuf.packetLength(NativeMemory.getLong(packets + (long) i * Long.BYTES)));
            }
            MbufCache.free(packets, back);
            received += back;
            underWay -= Math.min(back, underWay);
            quiet = back == 0 ? quiet + 1 : 0;
            if (quiet == QUIET_MAX) {
                quiet = 0;
                underWay = 0; // Frames are lost while the other side gets ready, as on any cable.
            }
            if (!told && received > 1000) {
                told = true;
                say("flowing");
            }
            if (quiet % SPINS == SPINS - 1) {
                LockSupport.parkNanos(PAUSE_NS);
                assertFalse(wanted > 0 && System.nanoTime() > deadlineNs, "frames back: " + received);
            }
        }
        device.close();
        say("received all");
    }
}
