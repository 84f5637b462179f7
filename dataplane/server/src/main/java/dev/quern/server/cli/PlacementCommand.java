package dev.quern.server.cli;

import dev.quern.client.QuernClient;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks where functions run, and why. */
@Command(
        name = "placement",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Tells where a server runs functions, and why.",
        subcommands = PlacementCommand.Explain.class)
final class PlacementCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        Objects.requireNonNull(spec).commandLine().usage(System.out);
    }

    /** The prices of each place for one function, now. */
    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description = "Tells where a call of a function would run now, and what each place would cost.")
    static final class Explain implements Callable<Integer> {
        @Mixin
        private ServerOptions server = new ServerOptions();

        @Parameters(index = "0", paramLabel = "TENANT", description = "NAME, or NAME:SECRET.")
        private String tenant = "";

        @Parameters(index = "1", paramLabel = "FUNCTION", description = "MODULE, or MODULE.ENTRY.")
        private String function = "";

        @Override
        public Integer call() {
            try (QuernClient client = server.connect(tenant)) {
                System.out.print(client.await(client.show("placement " + function)));
                return 0;
            }
        }
    }
}
