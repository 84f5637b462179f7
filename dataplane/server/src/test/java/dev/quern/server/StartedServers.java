package dev.quern.server;

import dev.quern.server.loop.PortFactory;
import java.io.IOException;
import java.util.List;

/** Starts servers whose ways in a test of another package chooses. */
public final class StartedServers {
    private StartedServers() {}

    public static Server with(ServerConfig config, List<PortFactory> factories) throws IOException {
        return Server.start(config, factories);
    }
}
