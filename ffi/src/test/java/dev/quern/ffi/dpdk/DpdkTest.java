package dev.quern.ffi.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Starting DPDK, and each way in which it does not start. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class DpdkTest {
    @BeforeAll
    static void needDpdk() throws Exception {
        DpdkTools.installed();
    }

    @Test
    void shouldStartWithoutHugePagesOnceInAProcess() throws Exception {
        assertEquals(List.of("huge false"), DpdkChild.run("once", DpdkTools.WITHOUT_HUGEPAGES));
    }

    @Test
    void shouldStartWithHugePages() throws Exception {
        DpdkTools.needHugepages(40);
        assertEquals(List.of("huge true"), DpdkChild.run("once", DpdkTools.WITH_HUGEPAGES));
    }

    @Test
    void shouldSayThatAnArgumentIsUnknown() throws Exception {
        assertRefused("BAD_ARGUMENTS", "--no-such-thing", List.of("--no-pci", "--no-such-thing"));
    }

    @Test
    void shouldSayWhichArgumentsContradictEachOther() throws Exception {
        assertRefused("BAD_ARGUMENTS", "not compatible", List.of("--no-pci", "--no-huge", "--in-memory"));
    }

    @Test
    void shouldSayThatThereAreTooFewHugePages() throws Exception {
        assertRefused(
                "NO_HUGEPAGES", "scripts/setup-dpdk hugepages", List.of("--no-pci", "--in-memory", "-m", "1000000"));
    }

    @Test
    void shouldSayThatADeviceAskedForIsUnknown() throws Exception {
        List<String> arguments = new ArrayList<>(DpdkTools.WITHOUT_HUGEPAGES);
        arguments.addAll(List.of("--vdev", "net_nothing0"));
        assertRefused("DEVICE_UNKNOWN", "net_nothing0", arguments);
    }

    @Test
    void shouldSayThatAnotherProcessHoldsTheSamePrefix() throws Exception {
        String prefix = "--file-prefix=quern-test-" + ProcessHandle.current().pid();
        List<String> arguments = List.of("--no-pci", "--no-huge", "-m", "64", "--no-telemetry", prefix);
        try (DpdkChild holder = DpdkChild.start("hold", arguments)) {
            holder.await("started");
            assertRefused("DEVICE_BUSY", "--file-prefix", arguments);
            holder.finish();
            holder.awaitEnd();
        }
    }

    @Test
    void shouldSayThatAUserMayNot() throws Exception {
        List<String> asNobody = List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");
        List<String> probe = new ArrayList<>(asNobody);
        probe.addAll(List.of(
                "test",
                "-r",
                Path.of("target/test-classes/dev").toAbsolutePath().toString()));
        assumeTrue(DpdkTools.run(probe).exit() == 0, "needs root, setpriv, and classes that others may read");
        try (DpdkChild child = DpdkChild.startRefusal(asNobody, List.of("--no-pci"))) {
            String said = child.await("first ");
            assertTrue(said.startsWith("NO_PERMISSION ") || said.startsWith("NO_HUGEPAGES "), said);
            assertTrue(said.contains("--no-huge"), said);
            child.awaitEnd();
        }
        try (DpdkChild child = DpdkChild.startRefusal(asNobody, DpdkTools.WITHOUT_HUGEPAGES)) {
            assertEquals("STARTED", child.await("first "), "and without privileges it runs on ordinary memory");
            child.awaitEnd();
        }
    }

    @Test
    void shouldRegisterThreadsAndTakeTheirPlacesBack() throws Exception {
        DpdkChild.run("threads", DpdkTools.WITHOUT_HUGEPAGES);
    }

    @Test
    void shouldNotLeaveBeforeDevicesAreClosedThatAreClosedAtTheEnd() throws Exception {
        assertEquals(List.of("closed"), DpdkChild.run("close", DpdkTools.WITHOUT_HUGEPAGES));
    }

    @Test
    void shouldEndInOrderWhileAThreadStillPolls() throws Exception {
        DpdkChild.run("exit", DpdkTools.WITHOUT_HUGEPAGES);
    }

    @Test
    void shouldStartAgainAfterAKillWithoutAnythingInTheWay() throws Exception {
        String prefix = "quern-test-kill-" + ProcessHandle.current().pid();
        List<String> arguments =
                List.of("--no-pci", "--no-huge", "-m", "64", "--no-telemetry", "--file-prefix=" + prefix);
        try (DpdkChild killed = DpdkChild.start("hold", arguments)) {
            killed.await("started");
            killed.kill();
        }
        try (DpdkChild next = DpdkChild.start("hold", arguments)) {
            next.await("started");
            next.finish();
            next.awaitEnd();
        }
        Path directory = Path.of("/var/run/dpdk").resolve(prefix);
        if (Files.isDirectory(directory)) {
            try (var left = Files.list(directory)) {
                left.forEach(file -> assertTrue(file.toFile().length() < 1 << 20, "left behind: " + file));
            }
        }
    }

    @Test
    void shouldLeaveNoHugePagesBehindAfterAKill() throws Exception {
        DpdkTools.needHugepages(40);
        try (DpdkChild killed = DpdkChild.start("hold", DpdkTools.WITH_HUGEPAGES)) {
            killed.await("started true");
            killed.kill();
        }
        DpdkTools.needHugepages(40);
        assertEquals(List.of("huge true"), DpdkChild.run("once", DpdkTools.WITH_HUGEPAGES));
    }

    private static void assertRefused(String reason, String saying, List<String> arguments) throws Exception {
        try (DpdkChild child = DpdkChild.startRefusal(List.of(), arguments)) {
            String said = child.await("first ");
            assertTrue(said.startsWith(reason + " "), said);
            assertTrue(said.contains(saying), said);
            String again = child.await("second ");
            assertTrue(again.startsWith("ALREADY_STARTED "), again);
            child.awaitEnd();
        }
    }
}
