package dev.quern.bench.dataplane;

import dev.quern.bench.load.LoadResult;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import dev.quern.net.ReceiveQueue;
import dev.quern.net.TransmitQueue;
import dev.quern.net.dpdk.DpdkConfig;
import dev.quern.net.dpdk.DpdkDevice;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Sends frames by a device whose other end sends them back. Reads {@code MILLISECONDS FRAMES} line by line, so many of them under way, and answers with
 * figures: rates of what came back, and round trips when there is one under way. One thread.
 */
public final class VhostLoadMain {
    private static final int FRAME_BYTES = 64;
    private static final int BURST = 32;

    /** Time in vain after which what is under way counts as lost: the other end may not have been there. */
    private static final long LOST_NS = 200_000_000;

    private static final long LATENCY_NS_MAX = 10_000_000_000L;
    private static final long START_NS_MAX = 20_000_000_000L;

    private final ReceiveQueue receive;
    private final TransmitQueue transmit;
    private final PacketBurst outgoing = new PacketBurst(BURST);
    private final PacketBurst incoming = new PacketBurst(BURST);
    private final Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);

    private VhostLoadMain(ReceiveQueue receive, TransmitQueue transmit) {
        this.receive = receive;
        this.transmit = transmit;
    }

    /** Arguments: the device's name, its own arguments, then EAL's. */
    public static void main(String[] arguments) throws IOException {
        List<String> eal = List.of(arguments).subList(2, arguments.length);
        try (DpdkDevice device = DpdkDevice.open(DpdkConfig.of(arguments[0] + "," + arguments[1], eal), 1)) {
            device.attach();
            VhostLoadMain load = new VhostLoadMain(device.receiveQueue(0), device.transmitQueue(0));
            load.awaitFirst();
            System.out.println(VhostEchoMain.READY);
            BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                String[] words = line.split(" ", -1);
                long timeNs = Long.parseLong(words[0]) * 1_000_000;
                System.out.println(LoadProcess.RESULT
                        + load.run(timeNs, Integer.parseInt(words[1])).line());
            }
            device.detach();
        }
    }

    private void awaitFirst() throws IOException {
        long beginNs = System.nanoTime();
        while (run(LOST_NS / 2, 1).operations() == 0) {
            if (System.nanoTime() - beginNs > START_NS_MAX) {
                throw new IOException("no frame comes back");
            }
        }
    }

    private LoadResult run(long timeNs, int underWayMax) {
        latencies.reset();
        long back = 0;
        int underWay = 0;
        long beginNs = System.nanoTime();
        long nowNs = beginNs;
        long sentNs = beginNs;
        long backNs = beginNs;
        while (nowNs - beginNs < timeNs) {
            if (underWay < underWayMax) {
                underWay += send(Math.min(BURST, underWayMax - underWay));
                sentNs = underWayMax == 1 ? System.nanoTime() : nowNs;
            }
            int came = take();
            nowNs = System.nanoTime();
            if (came > 0) {
                latencies.recordValue(Math.min(nowNs - sentNs, LATENCY_NS_MAX));
                backNs = nowNs;
            } else if (nowNs - backNs > LOST_NS) {
                underWay = 0;
                backNs = nowNs;
            }
            back += came;
            underWay = Math.max(0, underWay - came);
        }
        long endNs = nowNs;
        while (underWay > 0 && System.nanoTime() - endNs < LOST_NS) {
            underWay -= take();
        }
        return new LoadResult(
                back,
                back * 1e9 / (endNs - beginNs),
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3,
                latencies.getMaxValue() / 1e3);
    }

    private int send(int count) {
        outgoing.truncate(0);
        incoming.truncate(0);
        int made = transmit.allocate(incoming, count);
        for (int i = 0; i < made; i++) {
            long frame = incoming.address(i);
            for (int at = 0; at < FRAME_BYTES; at += Long.BYTES) {
                NativeMemory.putLong(frame + at, 0);
            }
            outgoing.add(incoming.handle(i), frame, FRAME_BYTES, PacketFlags.NONE);
        }
        int sent = transmit.transmit(outgoing, 0);
        transmit.free(outgoing, sent);
        return sent;
    }

    private int take() {
        incoming.truncate(0);
        int came = receive.receive(incoming, BURST);
        for (int i = 0; i < came; i++) {
            if (incoming.length(i) != FRAME_BYTES) {
                throw new IllegalStateException("a frame came back with " + incoming.length(i) + " bytes");
            }
        }
        transmit.free(incoming, 0);
        return came;
    }
}
