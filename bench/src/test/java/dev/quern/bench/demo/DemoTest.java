package dev.quern.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.peers.Tools;
import dev.quern.ffi.dpdk.Dpdk;
import dev.quern.ffi.dpdk.DpdkException;
import dev.quern.server.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class DemoTest {
    private static final Duration STEP_MAX = Duration.ofSeconds(10);
    private static final Duration DEMO_MAX = Duration.ofSeconds(150);

    @ParameterizedTest
    @ValueSource(strings = {"udp", "shm", "ring"})
    void shouldTellItsStoryWithAnswersThatAgree(String port) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Demo(new PrintStream(bytes, true, StandardCharsets.UTF_8), DemoPort.parse(port), true, false).run();
        checkStory(bytes.toString(StandardCharsets.UTF_8), port);
    }

    /** In a network namespace of its own, where a tap meets nobody. */
    @Test
    void shouldTellItsStoryOverDpdk() throws Exception {
        needDpdk();
        assumeTrue(Tools.isOnPath("ip"), "ip is not installed");
        String namespace = "quern-demo-" + ProcessHandle.current().pid();
        try {
            Tools.run(List.of("ip", "netns", "add", namespace), STEP_MAX);
        } catch (BenchFailedException refused) {
            abort("no network namespace can be made here: " + refused.getMessage());
        }
        try {
            List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
            command.addAll(Tools.java(Main.class, List.of("demo", "--quick", "--port", "dpdk")));
            // The Redis door is on loopback, in this namespace, too.
            Tools.run(List.of("ip", "-n", namespace, "link", "set", "lo", "up"), STEP_MAX);
            checkStory(Tools.run(command, DEMO_MAX), "dpdk:net_tap0,iface=quern-demo");
        } finally {
            Tools.run(List.of("ip", "netns", "delete", namespace), STEP_MAX);
        }
    }

    private static void needDpdk() throws DpdkException {
        try {
            Dpdk.version();
        } catch (DpdkException missing) {
            if (missing.reason() == DpdkException.Reason.NOT_INSTALLED) {
                abort(String.valueOf(missing.getMessage()));
            }
            throw missing;
        }
    }

    private static void checkStory(String told, String label) {
        assertTrue(told.contains("all agree"), told);
        assertTrue(told.contains("java.lang.Object"), told);
        assertTrue(told.contains("redis-cli"), told);
        assertTrue(told.contains("go by " + label), told);
    }

    @Test
    void shouldSayWhichPortsThereAre() {
        assertEquals("dpdk:net_null0", DemoPort.parse("dpdk:net_null0").label());
        for (String wrong : new String[] {"tcp", "udp:7400", "dpdk:", ""}) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> DemoPort.parse(wrong));
            assertTrue(String.valueOf(refused.getMessage()).contains("dpdk:DEVICE"), refused.getMessage());
        }
    }
}
