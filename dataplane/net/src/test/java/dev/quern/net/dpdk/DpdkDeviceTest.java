package dev.quern.net.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quern.ffi.dpdk.DpdkException;
import dev.quern.ffi.dpdk.MbufFlags;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.net.NetLimits;
import dev.quern.net.PacketBurst;
import dev.quern.net.PacketFlags;
import dev.quern.net.ReceiveQueue;
import dev.quern.net.TransmitQueue;
import dev.quern.net.testing.DpdkSetup;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is promised of a packet device, on devices of DPDK's that every machine has. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DpdkDeviceTest {
    private static final int BUFFERS = 511;
    private static final int BURST = 32;
    private static final AtomicInteger NAMES = new AtomicInteger();

    @BeforeAll
    static void needDpdk() throws Exception {
        DpdkSetup.need();
    }

    /** What a ring device sends, it receives. Each has a name of its own, as the driver keeps rings beyond their device's end. */
    private static DpdkDevice ring() throws Exception {
        return ring(BUFFERS);
    }

    private static DpdkDevice ring(int buffers) throws Exception {
        return DpdkDevice.open(new DpdkConfig(DpdkSetup.EAL, "net_ring" + NAMES.getAndIncrement(), 0, buffers), 1);
    }

    @Test
    void shouldSayWhatItIs() throws Exception {
        try (DpdkDevice device = DpdkDevice.open(new DpdkConfig(DpdkSetup.EAL, "net_null0", 1400, BUFFERS), 2)) {
            assertEquals("dpdk:net_null0 (net_null), 2 queues", device.describe());
            assertEquals(1400, device.mtu());
            assertEquals(2, device.queueCount());
            assertTrue(device.bufferBytes() >= 1400 + NetLimits.BUFFER_BYTES_OVER_MTU);
            assertEquals(0, device.mac() >>> 48);
            assertEquals(0, device.missed());
            assertFalse(device.fillsChecksums());
        }
    }

    @Test
    void shouldHandTheSameBufferBackAndForth() throws Exception {
        try (DpdkDevice device = ring()) {
            device.attach();
            ReceiveQueue receive = device.receiveQueue(0);
            TransmitQueue transmit = device.transmitQueue(0);
            PacketBurst burst = new PacketBurst(BURST);
            assertEquals(1, transmit.allocate(burst, 1));
            long handle = burst.handle(0);
            long frame = burst.address(0);
            assertEquals(0, frame % Long.BYTES);
            assertEquals(0, burst.length(0));
            assertEquals(PacketFlags.NONE, burst.flags(0));
            burst.truncate(0);
            long start = frame + 10;
            for (int i = 0; i < 100; i++) {
                NativeMemory.putByte(start + i, (byte) i);
            }
            burst.add(handle, start, 100, PacketFlags.NONE);
            assertEquals(1, transmit.transmit(burst, 0));
            burst.truncate(0);
            assertEquals(1, receive.receive(burst, BURST));
            assertEquals(handle, burst.handle(0));
            assertEquals(start, burst.address(0), "the frame lies where it was written");
            assertEquals(100, burst.length(0));
            assertEquals(99, NativeMemory.getByte(start + 99));
            transmit.free(burst, 0);
            assertEquals(0, burst.count());
            assertEquals(0, receive.receive(burst, BURST));
            device.detach();
        }
    }

    @Test
    void shouldPadWhatIsShorterThanEthernetWants() throws Exception {
        try (DpdkDevice device = ring()) {
            PacketBurst burst = new PacketBurst(BURST);
            device.transmitQueue(0).allocate(burst, 1);
            long handle = burst.handle(0);
            long frame = burst.address(0);
            NativeMemory.fill(frame, 64, (byte) 1);
            burst.truncate(0);
            burst.add(handle, frame, 42, PacketFlags.NONE);
            assertEquals(1, device.transmitQueue(0).transmit(burst, 0));
            assertEquals(42, burst.length(0), "the burst itself is not changed");
            burst.truncate(0);
            assertEquals(1, device.receiveQueue(0).receive(burst, BURST));
            assertEquals(60, burst.length(0));
            assertEquals(1, NativeMemory.getByte(frame + 41));
            assertEquals(0, NativeMemory.getByte(frame + 42));
            assertEquals(0, NativeMemory.getByte(frame + 59));
            device.transmitQueue(0).free(burst, 0);
        }
    }

    @Test
    void shouldSayThatBuffersAreUsedUpAndTakeThemBack() throws Exception {
        try (DpdkDevice device = ring()) {
            TransmitQueue transmit = device.transmitQueue(0);
            PacketBurst burst = new PacketBurst(2 * BUFFERS);
            for (int round = 0; round < 3; round++) {
                assertEquals(BUFFERS, transmit.allocate(burst, 2 * BUFFERS));
                assertEquals(0, transmit.allocate(burst, 1));
                transmit.free(burst, 0);
            }
            assertEquals(10, transmit.allocate(burst, 10));
            transmit.free(burst, 4);
            assertEquals(4, burst.count());
            transmit.free(burst, 0);
        }
    }

    @Test
    void shouldLeaveTheSenderWhatADeviceDoesNotTake() throws Exception {
        // A ring of DPDK's own has room for 1,023.
        try (DpdkDevice device = ring(4095)) {
            TransmitQueue transmit = device.transmitQueue(0);
            PacketBurst burst = new PacketBurst(2000);
            assertEquals(2000, transmit.allocate(burst, 2000));
            int taken = transmit.transmit(burst, 0);
            assertTrue(taken > 500 && taken < 2000, "taken: " + taken);
            assertEquals(0, transmit.transmit(burst, taken));
            transmit.free(burst, taken);
            burst.truncate(0);
            int received = 0;
            for (int got; (got = device.receiveQueue(0).receive(burst, BURST)) > 0; ) {
                received += got;
                transmit.free(burst, 0);
            }
            assertEquals(taken, received);
        }
    }

    @Test
    void shouldAllocateNoJavaMemoryInTheLoop() throws Exception {
        try (DpdkDevice device = ring()) {
            device.attach();
            PacketBurst burst = new PacketBurst(BURST);
            device.transmitQueue(0).allocate(burst, BURST);
            device.transmitQueue(0).transmit(burst, 0);
            turn(device, burst, 30_000);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            turn(device, burst, 10_000);
            assertEquals(0, threads.getCurrentThreadAllocatedBytes() - before);
            device.detach();
        }
    }

    private static void turn(DpdkDevice device, PacketBurst burst, int turns) {
        ReceiveQueue receive = device.receiveQueue(0);
        TransmitQueue transmit = device.transmitQueue(0);
        for (int turn = 0; turn < turns; turn++) {
            burst.truncate(0);
            if (receive.receive(burst, BURST) != BURST || transmit.transmit(burst, 0) != BURST) {
                throw new AssertionError("the ring is longer than a burst");
            }
        }
    }

    @Test
    void shouldTellWhatTheDeviceFoundOfChecksums() {
        assertEquals(PacketFlags.NONE, MbufReceiveQueue.flags(0));
        assertEquals(
                PacketFlags.IPV4_CHECKSUM_GOOD | PacketFlags.UDP_CHECKSUM_GOOD,
                MbufReceiveQueue.flags(MbufFlags.IP_CHECKSUM_GOOD | MbufFlags.L4_CHECKSUM_GOOD));
        assertEquals(
                PacketFlags.IPV4_CHECKSUM_GOOD | PacketFlags.CHECKSUM_BAD,
                MbufReceiveQueue.flags(MbufFlags.IP_CHECKSUM_GOOD | MbufFlags.L4_CHECKSUM_BAD));
        assertEquals(PacketFlags.CHECKSUM_BAD, MbufReceiveQueue.flags(MbufFlags.IP_CHECKSUM_BAD));
        assertEquals(PacketFlags.UDP_CHECKSUM_GOOD, MbufReceiveQueue.flags(MbufFlags.L4_CHECKSUM_MASK));
    }

    @Test
    void shouldAskForTheChecksumsThatAreWanted() {
        assertEquals(0, MbufTransmitQueue.wanted(PacketFlags.NONE, 20));
        assertEquals(
                MbufFlags.FILL_IP_CHECKSUM | MbufFlags.FILL_UDP_CHECKSUM | MbufFlags.IPV4,
                MbufTransmitQueue.wanted(PacketFlags.IPV4_CHECKSUM_WANTED | PacketFlags.UDP_CHECKSUM_WANTED, 20));
        assertEquals(
                MbufFlags.FILL_UDP_CHECKSUM | MbufFlags.IPV6,
                MbufTransmitQueue.wanted(PacketFlags.UDP_CHECKSUM_WANTED, 40));
    }

    @Test
    void shouldSayWhyADeviceIsNotToBeHadAndLeaveNothingBehind() throws Exception {
        DpdkException unknown = assertThrows(
                DpdkException.class,
                () -> DpdkDevice.open(DpdkConfig.of("net_af_packet0,iface=nope0", DpdkSetup.EAL), 1));
        assertTrue(String.valueOf(unknown.getMessage()).contains("nope0"), unknown.getMessage());
        DpdkException tooMany = assertThrows(
                DpdkException.class, () -> DpdkDevice.open(DpdkConfig.of("net_ring99", DpdkSetup.EAL), 99));
        assertEquals(DpdkException.Reason.DEVICE_REFUSED, tooMany.reason());
        for (int round = 0; round < 5; round++) {
            DpdkDevice.open(DpdkConfig.of("net_null1", DpdkSetup.EAL), 1).close();
        }
    }
}
