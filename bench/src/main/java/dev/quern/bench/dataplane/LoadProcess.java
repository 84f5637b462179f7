package dev.quern.bench.dataplane;

import com.sun.management.ThreadMXBean;
import dev.quern.bench.load.LoadResult;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.ValueCheck;
import dev.quern.bench.peers.Workload;
import dev.quern.client.QuernClient;
import dev.quern.ffi.linux.Affinity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The loading process, one thread on a core of its own. Reads {@code SHAPE MILLISECONDS NUMBER} line by line, and answers each with the
 * figures and the bytes that the loading thread allocated. By {@link Way#RING} it is the server, too.
 */
public final class LoadProcess {
    /** The shapes of load. */
    enum Shape {
        /** NUMBER gets in flight, some to a datagram. */
        BATCHED,
        /** As BATCHED, over shared memory by {@link LeanGets}. */
        LEAN,
        /** As BATCHED, by {@link GetAlls}: one request to a datagram, with many keys. */
        GET_ALL,
        /** NUMBER gets in flight, each in a datagram of its own. */
        UNBATCHED,
        /** NUMBER gets a second, each in a datagram of its own, whether or not the last has been answered. */
        PACED
    }

    static final String READY = "ready";
    static final String RESULT = "result ";
    static final String FAILED = "failed ";

    private LoadProcess() {}

    /**
     * Runs until its standard input ends.
     *
     * @param args the way, its address, and the number of keys
     */
    public static void main(String[] args) throws IOException {
        Way way = Way.valueOf(args[0].toUpperCase(Locale.ROOT));
        Workload workload = new Workload(Integer.parseInt(args[2]));
        try (@Nullable Served served = way == Way.RING ? Served.open(way, "", Peer.SERVER_CORE, workload) : null) {
            if (Affinity.allowed().get(Peer.CLIENT_CORE)) {
                Affinity.pin(Peer.CLIENT_CORE);
            }
            ValueCheck check = new ValueCheck(workload);
            try (QuernClient client = served == null ? Served.client(way, args[1]) : served.ringClient();
                    @Nullable LeanGets lean = way == Way.SHM ? LeanGets.open(args[1], check) : null) {
                answer(new Gets(client, check), new GetAlls(client, check), lean, served);
            }
        }
    }

    private static void answer(Gets gets, GetAlls getAlls, @Nullable LeanGets lean, @Nullable Served served)
            throws IOException {
        System.out.println(READY);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ", -1);
            try {
                Duration time = Duration.ofMillis(Long.parseLong(words[1]));
                long loopsBefore = served == null ? 0 : served.loopBytes();
                long before = threads.getCurrentThreadAllocatedBytes();
                Shape shape = Shape.valueOf(words[0].toUpperCase(Locale.ROOT));
                int number = Integer.parseInt(words[2]);
                LoadResult result = shape == Shape.LEAN && lean != null
                        ? lean.run(time, number)
                        : shape == Shape.GET_ALL ? getAlls.run(time, number) : gets.run(shape, time, number);
                long bytes = threads.getCurrentThreadAllocatedBytes() - before;
                System.out.println(RESULT + (served == null ? bytes : bytes + served.loopBytes() - loopsBefore) + " "
                        + result.line());
            } catch (RuntimeException failed) {
                System.out.println(FAILED + failed.toString().replace('\n', ' '));
            }
        }
    }
}
