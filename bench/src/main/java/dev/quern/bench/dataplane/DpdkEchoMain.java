package dev.quern.bench.dataplane;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import dev.quern.net.ReceiveQueue;
import dev.quern.net.TransmitQueue;
import dev.quern.net.dpdk.DpdkConfig;
import dev.quern.net.dpdk.DpdkDevice;
import java.io.IOException;
import java.util.List;

/**
 * Echoes frames that go round by a ring of DPDK's, received and sent by the server's own driver: what {@code dpdk-echo.c} does, in Java. A line
 * for every run says how many frames it echoed in a second.
 */
public final class DpdkEchoMain {
    private static final int FRAME_BYTES = 64;
    private static final int BURST = 32;
    private static final int MAC_BYTES = 6;

    /** Turns between two looks at the clock. */
    private static final int TURNS = 1_000;

    private DpdkEchoMain() {}

    /** Arguments: milliseconds of a run, count of runs, then EAL's. */
    public static void main(String[] arguments) throws IOException {
        long runNs = Long.parseLong(arguments[0]) * 1_000_000;
        int runs = Integer.parseInt(arguments[1]);
        List<String> eal = List.of(arguments).subList(2, arguments.length);
        try (DpdkDevice device = DpdkDevice.open(DpdkConfig.of("net_ring0", eal), 1)) {
            device.attach();
            PacketBurst burst = new PacketBurst(BURST);
            fill(device.transmitQueue(0), burst);
            for (int run = 0; run < runs; run++) {
                echo(device.receiveQueue(0), device.transmitQueue(0), burst, runNs);
            }
            burst.truncate(0);
            int left = device.receiveQueue(0).receive(burst, BURST);
            device.transmitQueue(0).free(burst, 0);
            System.out.println("left " + left);
            device.detach();
        }
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

    private static void echo(ReceiveQueue receive, TransmitQueue transmit, PacketBurst burst, long runNs) {
        long frames = 0;
        long startNs = System.nanoTime();
        long elapsedNs;
        do {
            for (int turn = 0; turn < TURNS; turn++) {
                burst.truncate(0);
                int received = receive.receive(burst, BURST);
                for (int i = 0; i < received; i++) {
                    swapAddresses(burst.address(i));
                }
                frames += transmit.transmit(burst, 0);
            }
            elapsedNs = System.nanoTime() - startNs;
        } while (elapsedNs < runNs);
        System.out.println("rate " + Math.round(frames * 1e9 / elapsedNs));
    }

    private static void swapAddresses(long frame) {
        int high = NativeMemory.getInt(frame);
        short low = NativeMemory.getShort(frame + Integer.BYTES);
        NativeMemory.putInt(frame, NativeMemory.getInt(frame + MAC_BYTES));
        NativeMemory.putShort(frame + Integer.BYTES, NativeMemory.getShort(frame + MAC_BYTES + Integer.BYTES));
        NativeMemory.putInt(frame + MAC_BYTES, high);
        NativeMemory.putShort(frame + MAC_BYTES + Integer.BYTES, low);
    }
}
