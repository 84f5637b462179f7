package dev.quern.ffi.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Devices that every machine has: null, ring, and vhost with virtio_user between two processes. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class EthdevTest {
    /** Shared memory of two processes, each with 64 MiB and a little. */
    private static final int HUGE_PAGES = 80;

    private static final String FRAMES = "20000";

    @BeforeAll
    static void needDpdk() throws Exception {
        DpdkTools.installed();
    }

    @Test
    void shouldReceiveSendAndCountOnANullDevice() throws Exception {
        DpdkChild.run("null", DpdkTools.WITHOUT_HUGEPAGES);
    }

    @Test
    void shouldSendTheBuffersReceivedBackInPlaceAndAllocateNothing() throws Exception {
        DpdkChild.run("ring", DpdkTools.WITHOUT_HUGEPAGES);
    }

    @Test
    void shouldSendTheBuffersReceivedBackInPlaceOnHugePages() throws Exception {
        DpdkTools.needHugepages(HUGE_PAGES / 2);
        DpdkChild.run("ring", DpdkTools.WITH_HUGEPAGES);
    }

    @Test
    void shouldSayThatAPoolIsUsedUpAndRecover() throws Exception {
        List<String> lines = DpdkChild.run("exhaust", DpdkTools.WITHOUT_HUGEPAGES);
        assertTrue(lines.get(0).contains("MiB in all"), lines.toString());
    }

    @Test
    void shouldPlugAndUnplugAndSayWhatCannotBe() throws Exception {
        List<String> lines = DpdkChild.run("devices", DpdkTools.WITHOUT_HUGEPAGES);
        assertEquals(4, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith("DEVICE_UNKNOWN device net_nothing0: "), lines.get(0));
        assertTrue(lines.get(1).contains("net_af_packet0,iface=nope0: "), lines.get(1));
        assertTrue(lines.get(2).startsWith("DEVICE_UNKNOWN device 0000:ff:1f.7: "), lines.get(2));
        assertTrue(lines.get(3).contains("use fewer cores"), lines.get(3));
    }

    @Test
    void shouldEchoBetweenTwoProcessesOverVhost(@TempDir Path directory) throws Exception {
        DpdkTools.needHugepages(HUGE_PAGES);
        String socket = directory.resolve("vhost").toString();
        try (DpdkChild server = DpdkChild.start("vhost", with(socket))) {
            server.await("listening");
            assertEquals(List.of("received all"), received(socket));
            server.finish();
            server.awaitEnd();
        }
    }

    @Test
    void shouldServeOnWhenAPeerIsKilledInMidTraffic(@TempDir Path directory) throws Exception {
        DpdkTools.needHugepages(HUGE_PAGES);
        String socket = directory.resolve("vhost").toString();
        try (DpdkChild server = DpdkChild.start("vhost", with(socket))) {
            server.await("listening");
            for (int round = 0; round < 3; round++) {
                try (DpdkChild killed = DpdkChild.start("virtio", with(socket, "0"))) {
                    killed.await("flowing");
                    killed.kill();
                }
            }
            assertEquals(List.of("received all"), received(socket));
            server.finish();
            String last = server.await("buffers ");
            assertTrue(last.startsWith("8191 "), "no buffer is lost by a kill: " + last);
            server.awaitEnd();
        }
    }

    private static List<String> received(String socket) throws Exception {
        return DpdkChild.run("virtio", with(socket, FRAMES)).stream()
                .filter(line -> line.startsWith("received"))
                .toList();
    }

    private static List<String> with(String... first) {
        List<String> arguments = new ArrayList<>(List.of(first));
        arguments.addAll(DpdkTools.WITH_HUGEPAGES);
        return arguments;
    }
}
