package dev.quern.bench.demo;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.peers.Tools;
import dev.quern.server.NetSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** The demo's own network behind a device of DPDK's: the server at one end of it, and the kernel, by which the client comes, at the other. */
final class DemoNetwork {
    /** Of tenant default: who else is on that network may ask, too. */
    static final String SECRET = "demo";

    private static final String SERVER = "10.77.0.2";
    private static final String KERNEL = "10.77.0.1/24";
    private static final int PORT = 7400;
    private static final int BUFFERS = 4095;

    /** Virtual devices on ordinary memory, so that nothing has to be set up before. */
    private static final String EAL = "--no-pci --no-huge -m 128 --no-shconf --no-telemetry";

    private static final String TAP = "net_tap";
    private static final String INTERFACE = "iface=";
    private static final Duration WAIT_MAX = Duration.ofSeconds(10);

    private DemoNetwork() {}

    /** The server's end. */
    static void configure(NetSettings net, DemoPort port) {
        net.device("dpdk:" + port.device()).eal(EAL).buffers(BUFFERS).port(PORT).ipv4(SERVER + "/24");
    }

    /**
     * The kernel's end: a tap's interface gets its address, once the server has made it; that of other devices has to have it already.
     *
     * @return where the client connects to
     */
    static InetSocketAddress join(DemoPort port) {
        if (port.device().startsWith(TAP)) {
            String link = Arrays.stream(port.device().split(","))
                    .filter(argument -> argument.startsWith(INTERFACE))
                    .map(argument -> argument.substring(INTERFACE.length()))
                    .findFirst()
                    .orElseThrow(
                            () -> new BenchFailedException("a tap needs a name, so that it can be given an address: "
                                    + port.device() + ",iface=NAME"));
            Tools.run(List.of("ip", "addr", "add", KERNEL, "dev", link), WAIT_MAX);
            Tools.run(List.of("ip", "link", "set", link, "up"), WAIT_MAX);
        }
        return new InetSocketAddress(InetAddress.ofLiteral(SERVER), PORT);
    }

    /** For a human: what the kernel's end has to be. */
    static String describe() {
        return "the server is " + SERVER + " there, the kernel " + KERNEL;
    }
}
