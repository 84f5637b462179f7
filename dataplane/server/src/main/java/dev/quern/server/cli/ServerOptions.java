package dev.quern.server.cli;

import dev.quern.client.ClientConfig;
import dev.quern.client.QuernClient;
import dev.quern.client.transport.ShmTransport;
import dev.quern.server.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Which server: for commands that are clients. */
final class ServerOptions {
    private static final String SHM = "shm:";
    private static final int PORT_MAX = 0xFFFF;
    private static final int TIMEOUT_SECONDS_MAX = 24 * 3600;

    @Option(
            names = "--server",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:7400",
            description = "The server's UDP address, or shm:DIRECTORY for memory shared with a server of this machine;"
                    + " ${DEFAULT-VALUE} when not given.")
    private String server = "";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "How long a request may take.")
    private int timeoutSeconds;

    /** As this tenant: {@code NAME} or {@code NAME:SECRET}. */
    QuernClient connect(String tenant) {
        int colon = server.lastIndexOf(':');
        int separator = tenant.indexOf(':');
        try {
            return QuernClient.connect(address(colon)
                    .tenant(separator < 0 ? tenant : tenant.substring(0, separator))
                    .secret(separator < 0 ? "" : tenant.substring(separator + 1))
                    .connectTimeout(timeout())
                    .requestTimeout(timeout())
                    .build());
        } catch (IllegalArgumentException bad) {
            throw new ConfigException(
                    "--server is \"" + server + "\", the tenant is \"" + tenant.replaceAll(":.*", ":…")
                            + "\": write HOST:PORT and NAME or NAME:SECRET (" + bad.getMessage() + ")");
        }
    }

    private ClientConfig.Builder address(int colon) {
        ClientConfig.Builder config = ClientConfig.builder();
        return server.startsWith(SHM)
                ? config.transport(sharedMemory(server.substring(SHM.length())))
                : config.address(server.substring(0, Math.max(colon, 0)).replaceAll("[\\[\\]]", ""), port(colon));
    }

    private static ShmTransport sharedMemory(String directory) {
        try {
            return ShmTransport.to(Path.of(directory));
        } catch (IOException absent) {
            throw new ConfigException("--server: " + absent.getMessage());
        }
    }

    private int port(int colon) {
        String digits = server.substring(colon + 1);
        if (colon > 0 && digits.matches("[0-9]{1,5}")) {
            int port = Integer.parseInt(digits);
            if (port > 0 && port <= PORT_MAX) {
                return port;
            }
        }
        throw new ConfigException("--server is \"" + server
                + "\": write HOST:PORT, such as 127.0.0.1:7400, with a port from 1 to " + PORT_MAX);
    }

    private Duration timeout() {
        if (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_SECONDS_MAX) {
            throw new ConfigException(
                    "--timeout is " + timeoutSeconds + ": it goes from 1 to " + TIMEOUT_SECONDS_MAX + " seconds");
        }
        return Duration.ofSeconds(timeoutSeconds);
    }
}
