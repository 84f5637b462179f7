package dev.quern.server.cli;

import dev.quern.client.ClientConfig;
import dev.quern.client.QuernClient;
import dev.quern.server.ConfigException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server, and as whom: for commands that are clients. */
final class ConnectOptions {
    @Option(
            names = "--server",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:7400",
            description = "The server's UDP address; ${DEFAULT-VALUE} when not given.")
    private String server = "";

    @Option(
            names = "--tenant",
            paramLabel = "NAME[:SECRET]",
            defaultValue = "default",
            description = "Whose data; ${DEFAULT-VALUE} when not given.")
    private String tenant = "";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "How long a request may take.")
    private int timeoutSeconds;

    @Option(names = "--table", paramLabel = "NAME", description = "Another table than the tenant's default one.")
    private @Nullable String table;

    QuernClient connect() {
        int colon = server.lastIndexOf(':');
        int separator = tenant.indexOf(':');
        try {
            return QuernClient.connect(ClientConfig.builder()
                    .address(
                            server.substring(0, Math.max(colon, 0)).replaceAll("[\\[\\]]", ""),
                            Integer.parseInt(server.substring(colon + 1)))
                    .tenant(separator < 0 ? tenant : tenant.substring(0, separator))
                    .secret(separator < 0 ? "" : tenant.substring(separator + 1))
                    .connectTimeout(Duration.ofSeconds(timeoutSeconds))
                    .requestTimeout(Duration.ofSeconds(timeoutSeconds))
                    .build());
        } catch (IllegalArgumentException bad) {
            throw new ConfigException("--server is \"" + server + "\", --tenant is \"" + tenant.replaceAll(":.*", ":…")
                    + "\": write HOST:PORT and NAME or NAME:SECRET (" + bad.getMessage() + ")");
        }
    }

    @Nullable
    String table() {
        return table;
    }
}
