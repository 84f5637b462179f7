package dev.quern.pushback;

import dev.quern.client.QuernClient;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A worker's homes of clients; the least recently used goes first. Thread: the worker's. */
final class Homes implements AutoCloseable {
    private final Modules modules;
    private final RunCounts runCounts;
    private final Computing computing;
    private final Map<QuernClient, ClientHome> homes = new LinkedHashMap<>(4, 0.75f, true);

    Homes(Modules modules, RunCounts runCounts, Computing computing) {
        this.modules = modules;
        this.runCounts = runCounts;
        this.computing = computing;
    }

    ClientHome of(QuernClient client) {
        ClientHome home = homes.get(client);
        if (home == null) {
            while (homes.size() >= PushbackLimits.HOMES_MAX) {
                QuernClient eldest = homes.keySet().iterator().next();
                ClientHome leaving = homes.remove(eldest);
                if (leaving != null) {
                    leaving.close();
                }
            }
            try {
                home = new ClientHome(client, modules, runCounts, computing);
            } catch (IOException refused) {
                throw new RunAtServerException("no memory to run functions in: " + refused.getMessage());
            }
            homes.put(client, home);
        }
        return home;
    }

    @Override
    public void close() {
        homes.values().forEach(ClientHome::close);
        homes.clear();
    }
}
