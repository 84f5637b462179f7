package dev.quern.bench.dataplane;

import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.Workload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The serving process: says {@code ready}, answers every line of its input with what its loops have allocated, ends with its input. */
public final class ServerProcess {
    static final String READY = "ready";
    static final String ALLOCATED = "allocated ";

    private ServerProcess() {}

    /**
     * Runs until its standard input ends.
     *
     * @param args the way, its address, and the number of keys
     */
    public static void main(String[] args) throws IOException {
        Way way = Way.valueOf(args[0].toUpperCase(Locale.ROOT));
        try (Served served = Served.open(way, args[1], Peer.SERVER_CORE, new Workload(Integer.parseInt(args[2])))) {
            BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            System.out.println(READY);
            while (input.readLine() != null) {
                System.out.println(ALLOCATED + served.loopBytes());
            }
        }
    }
}
