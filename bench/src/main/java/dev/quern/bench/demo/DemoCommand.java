package dev.quern.bench.demo;

import dev.quern.bench.BenchFailedException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quern demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a server in this JVM, loads the class graph of the running JDK into it, deploys a WebAssembly"
                    + " function, and compares k-hop queries by round trips with one function call.",
            "Takes a minute or so."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:all answers agreed", "1:they did not, or something failed", "2:wrong usage"})
public final class DemoCommand implements Callable<Integer> {
    @Option(names = "--quick", description = "show only that it works: figures mean little")
    private boolean quick;

    @Option(names = "--stay", description = "keep the server until Ctrl-C, to look around with redis-cli")
    private boolean stay;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "udp",
            converter = DemoPort.Converter.class,
            description = {
                "What the client's requests go by: udp, shm, ring, or dpdk:DEVICE; ${DEFAULT-VALUE} when not given.",
                "dpdk alone is a tap of the kernel's, made for the demo; it needs root and scripts/setup-dpdk."
            })
    private DemoPort port = new DemoPort(DemoPort.Kind.UDP, "");

    /** For picocli. */
    public DemoCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        try {
            new Demo(System.out, port, quick, stay).run();
            return 0;
        } catch (BenchFailedException e) {
            System.out.println(
                    "The demo failed: " + e.getMessage() + (e.getCause() == null ? "" : ": " + e.getCause()));
            return 1;
        }
    }
}
