package dev.quern.server.cli;

import dev.quern.sandbox.Calibration;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.FunctionsConfig;
import dev.quern.sandbox.RuntimeCosts;
import dev.quern.server.CostsFile;
import dev.quern.server.roles.MessageCosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what each function runtime costs on this machine. */
@Command(
        name = "calibrate",
        mixinStandardHelpOptions = true,
        description = {
            "Measures what each function runtime costs on this machine: making an isolate, changing between two, a call, a get, memory;"
                    + " and what messages cost: by UDP on loopback, each byte, a hand-over between cores, a record that lies in no cache.",
            "Needs no server, and wants a machine that is otherwise idle; takes a minute and a half."
        })
final class CalibrateCommand implements Callable<Integer> {
    private static final int MESSAGES = 200_000;
    private static final int MESSAGES_QUICK = 1_000;
    private static final int TENANTS = 200;
    private static final int TENANTS_QUICK = 3;

    private static final int WARM_UP_SECONDS = 3;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Writes the figures there, for functions.costs in a server's configuration.")
    private @Nullable Path out;

    @Option(names = "--quick", description = "A smoke run, whose figures mean nothing.")
    private boolean quick;

    @Override
    public Integer call() throws IOException {
        Map<String, RuntimeCosts> costs = new LinkedHashMap<>();
        FunctionsConfig config = FunctionsConfig.defaults();
        System.out.printf(
                Locale.ROOT,
                "%-12s%12s%12s%12s%12s%14s%n",
                "runtime",
                "create us",
                "switch ns",
                "call ns",
                "get ns",
                "memory bytes");
        try (Functions functions = Functions.open(config)) {
            for (String runtime : functions.runtimes()) {
                RuntimeCosts measured = Calibration.measure(
                        functions,
                        runtime,
                        quick ? TENANTS_QUICK : TENANTS,
                        quick ? 1 : TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS));
                costs.put(runtime, measured);
                System.out.printf(
                        Locale.ROOT,
                        "%-12s%12.1f%12.1f%12.1f%12.1f%14d%n",
                        runtime,
                        measured.createUs(),
                        measured.switchNs(),
                        measured.callNs(),
                        measured.getNs(),
                        measured.memoryBytes());
            }
        }
        MessageCosts messages = MessageCalibration.measure(quick ? MESSAGES_QUICK : MESSAGES);
        System.out.printf(
                Locale.ROOT,
                "a message %.0f ns, a byte %.3f ns, a hand-over %.0f ns, a record in no cache %.0f ns%n",
                messages.messageNs(),
                messages.byteNs(),
                messages.handoverNs(),
                messages.touchNs());
        if (out != null) {
            Files.writeString(out, CostsFile.format(costs, messages));
            System.out.println("written to " + out);
        }
        return 0;
    }
}
