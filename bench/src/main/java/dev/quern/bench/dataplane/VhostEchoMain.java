package dev.quern.bench.dataplane;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.PacketBurst;
import dev.quern.net.ReceiveQueue;
import dev.quern.net.TransmitQueue;
import dev.quern.net.dpdk.DpdkConfig;
import dev.quern.net.dpdk.DpdkDevice;
import java.io.IOException;
import java.util.List;

/**
 * Sends back what comes by a device, with the addresses swapped, by the server's own driver, until it is killed: what {@code vhost-echo.c} does, in
 * Java.
 */
public final class VhostEchoMain {
    static final String READY = "ready";
    private static final int BURST = 32;
    private static final int MAC_BYTES = 6;

    private VhostEchoMain() {}

    /** Arguments: the device's name, its own arguments, then EAL's. */
    public static void main(String[] arguments) throws IOException {
        List<String> eal = List.of(arguments).subList(2, arguments.length);
        try (DpdkDevice device = DpdkDevice.open(DpdkConfig.of(arguments[0] + "," + arguments[1], eal), 1)) {
            device.attach();
            ReceiveQueue receive = device.receiveQueue(0);
            TransmitQueue transmit = device.transmitQueue(0);
            PacketBurst burst = new PacketBurst(BURST);
            System.out.println(READY);
            while (!Thread.currentThread().isInterrupted()) {
                turn(receive, transmit, burst);
            }
            device.detach();
        }
    }

    private static void turn(ReceiveQueue receive, TransmitQueue transmit, PacketBurst burst) {
        burst.truncate(0);
        int received = receive.receive(burst, BURST);
        if (received == 0) {
            return;
        }
        for (int i = 0; i < received; i++) {
            swapAddresses(burst.address(i));
        }
        transmit.free(burst, transmit.transmit(burst, 0));
    }

    /** Of an Ethernet frame: to where it came from. */
    static void swapAddresses(long frame) {
        int high = NativeMemory.getInt(frame);
        short low = NativeMemory.getShort(frame + Integer.BYTES);
        NativeMemory.putInt(frame, NativeMemory.getInt(frame + MAC_BYTES));
        NativeMemory.putShort(frame + Integer.BYTES, NativeMemory.getShort(frame + MAC_BYTES + Integer.BYTES));
        NativeMemory.putInt(frame + MAC_BYTES, high);
        NativeMemory.putShort(frame + MAC_BYTES + Integer.BYTES, low);
    }
}
