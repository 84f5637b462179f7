package dev.quern.bench.dataplane;

import dev.quern.ffi.dpdk.BurstQueue;
import dev.quern.ffi.dpdk.Dpdk;
import dev.quern.ffi.dpdk.Ethdev;
import dev.quern.ffi.dpdk.EthdevConfig;
import dev.quern.ffi.dpdk.Mbuf;
import dev.quern.ffi.dpdk.MbufCache;
import dev.quern.ffi.dpdk.Mempool;
import dev.quern.ffi.linux.NativeHeap;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import dev.quern.net.ReceiveQueue;
import dev.quern.net.TransmitQueue;
import dev.quern.net.dpdk.DpdkConfig;
import dev.quern.net.dpdk.DpdkDevice;
import dev.quern.protocol.Toeplitz;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Echoes frames that go round by a ring of DPDK's: what {@code dpdk-echo.c} does, in Java. Straight, by the bindings: received buffers are handed
 * on as they are. Described, by the server's driver: all that a frame is goes through a {@link PacketBurst}. A line for every run says how many
 * frames it echoed in a second.
 */
public final class DpdkEchoMain {
    private static final String DEVICE = "net_ring0";
    private static final int BUFFER_BYTES = 2048;
    private static final int FRAME_BYTES = 64;
    private static final int BURST = 32;

    /** Turns between two looks at the clock, which is that of the thread's processor time. */
    private static final int TURNS = 1_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private DpdkEchoMain() {}

    /** Arguments: milliseconds of a run, count of runs, {@code straight} or {@code described}, then EAL's. */
    public static void main(String[] arguments) throws IOException {
        long runNs = Long.parseLong(arguments[0]) * 1_000_000;
        int runs = Integer.parseInt(arguments[1]);
        List<String> eal = List.of(arguments).subList(3, arguments.length);
        if (arguments[2].equals("straight")) {
            straight(eal, runNs, runs);
        } else {
            described(eal, runNs, runs);
        }
    }

    private static void straight(List<String> eal, long runNs, int runs) throws IOException {
        Dpdk dpdk = Dpdk.start(eal);
        long packets = NativeHeap.allocate((long) BURST * Long.BYTES);
        try (Ethdev device = Ethdev.open(dpdk, DEVICE);
                Mempool pool = Mempool.create(dpdk, "echo", DpdkConfig.BUFFERS_DEFAULT, BUFFER_BYTES)) {
            device.configure(EthdevConfig.DEFAULT.withQueues(1), pool, Toeplitz.key());
            device.start();
            dpdk.registerThread();
            BurstQueue receive = device.receiveQueue(0);
            BurstQueue transmit = device.transmitQueue(0);
            try (MbufCache cache = new MbufCache(pool)) {
                for (int i = 0; i < BURST; i++) {
                    long mbuf = cache.allocate();
                    NativeMemory.fill(Mbuf.data(mbuf), FRAME_BYTES, (byte) i);
                    Mbuf.setLength(mbuf, FRAME_BYTES);
                    NativeMemory.putLong(packets + (long) i * Long.BYTES, mbuf);
                }
                int ignored = transmit.burst(packets, BURST);
                for (int run = 0; run < runs; run++) {
                    measure(runNs, () -> straightTurn(receive, transmit, packets));
                }
                int left = receive.burst(packets, BURST);
                MbufCache.free(packets, left);
                System.out.println("left " + left);
            }
            dpdk.unregisterThread();
        } finally {
            NativeHeap.free(packets);
        }
    }

    private static int straightTurn(BurstQueue receive, BurstQueue transmit, long packets) {
        int received = receive.burst(packets, BURST);
        for (int i = 0; i < received; i++) {
            VhostEchoMain.swapAddresses(Mbuf.data(NativeMemory.getLong(packets + (long) i * Long.BYTES)));
        }
        return transmit.burst(packets, received);
    }

    private static void described(List<String> eal, long runNs, int runs) throws IOException {
        try (DpdkDevice device = DpdkDevice.open(DpdkConfig.of(DEVICE, eal), 1)) {
            device.attach();
            ReceiveQueue receive = device.receiveQueue(0);
            TransmitQueue transmit = device.transmitQueue(0);
            PacketBurst burst = new PacketBurst(BURST);
            fill(transmit, burst);
            for (int run = 0; run < runs; run++) {
                measure(runNs, () -> describedTurn(receive, transmit, burst));
            }
            burst.truncate(0);
            int left = receive.receive(burst, BURST);
            transmit.free(burst, 0);
            System.out.println("left " + left);
            device.detach();
        }
    }

    private static int describedTurn(ReceiveQueue receive, TransmitQueue transmit, PacketBurst burst) {
        burst.truncate(0);
        int received = receive.receive(burst, BURST);
        for (int i = 0; i < received; i++) {
            VhostEchoMain.swapAddresses(burst.address(i));
        }
        return transmit.transmit(burst, 0);
    }

    private static void fill(TransmitQueue transmit, PacketBurst burst) {
        transmit.allocate(burst, BURST);
        PacketBurst frames = new PacketBurst(BURST);
        for (int i = 0; i < burst.count(); i++) {
            NativeMemory.fill(burst.address(i), FRAME_BYTES, (byte) i);
            frames.add(burst.handle(i), burst.address(i), FRAME_BYTES, PacketFlags.NONE);
        }
        transmit.transmit(frames, 0);
    }

    private static void measure(long runNs, IntSupplier turn) {
        long frames = 0;
        long startNs = THREADS.getCurrentThreadCpuTime();
        long elapsedNs;
        do {
            for (int i = 0; i < TURNS; i++) {
                frames += turn.getAsInt();
            }
            elapsedNs = THREADS.getCurrentThreadCpuTime() - startNs;
        } while (elapsedNs < runNs);
        System.out.println("rate " + Math.round(frames * 1e9 / elapsedNs));
    }
}
