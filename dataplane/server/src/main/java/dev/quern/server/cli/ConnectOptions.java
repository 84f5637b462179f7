package dev.quern.server.cli;

import dev.quern.client.QuernClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which server, and as whom: for commands that ask for a tenant's data. */
final class ConnectOptions {
    @Mixin
    private ServerOptions server = new ServerOptions();

    @Option(
            names = "--tenant",
            paramLabel = "NAME[:SECRET]",
            defaultValue = "default",
            description = "Whose data; ${DEFAULT-VALUE} when not given.")
    private String tenant = "";

    @Option(names = "--table", paramLabel = "NAME", description = "Another table than the tenant's default one.")
    private @Nullable String table;

    QuernClient connect() {
        return server.connect(tenant);
    }

    @Nullable
    String table() {
        return table;
    }
}
