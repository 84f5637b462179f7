package dev.quern.bench.peers;

import dev.quern.bench.load.ClosedLoop;
import dev.quern.bench.load.LoadResult;
import dev.quern.client.ClientConfig;
import dev.quern.client.FunctionCall;
import dev.quern.client.QuernClient;
import dev.quern.client.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The process that loads Quern over its native protocol, so that it can be pinned to a core of its own. Reads {@code TEST MILLISECONDS
 * SESSIONS IN-FLIGHT-EACH} from standard input line by line, and answers each with {@code result FIGURES} or {@code failed WHY}; it
 * sleeps in between, and its code stays warm.
 */
public final class NativeClient {
    /** Gets of single keys, as many to a datagram as fit. */
    static final String GET = "get";

    /** Four gets, each of the key that the last one's value starts with. */
    static final String FOUR_GETS = "four-gets";

    /** The same four in one function call. */
    static final String FOUR_HOPS = "four-hops";

    /** How many gets depend on each other. */
    static final int HOPS = 4;

    static final String READY = "ready";
    static final String RESULT = "result ";
    static final String FAILED = "failed ";

    private static final Duration STALL_MAX = Duration.ofSeconds(5);

    private final Workload workload;
    private final ValueCheck check;
    private final int port;

    private NativeClient(int port, Workload workload) {
        this.port = port;
        this.workload = workload;
        check = new ValueCheck(workload);
    }

    /**
     * Runs until its standard input ends.
     *
     * @param args the server's native port, and the number of keys
     */
    public static void main(String[] args) throws IOException {
        NativeClient runner = new NativeClient(Integer.parseInt(args[0]), new Workload(Integer.parseInt(args[1])));
        System.out.println(READY);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            System.out.println(runner.answer(line));
        }
    }

    private String answer(String line) {
        String[] words = line.split(" ", -1);
        try {
            Duration time = Duration.ofMillis(Long.parseLong(words[1]));
            return RESULT
                    + run(words[0], time, Integer.parseInt(words[2]), Integer.parseInt(words[3]))
                            .line();
        } catch (RuntimeException e) {
            return FAILED + e.toString().replace('\n', ' ');
        }
    }

    private LoadResult run(String test, Duration time, int sessions, int inFlightEach) {
        ClientConfig config = ClientConfig.builder()
                .address("127.0.0.1", port)
                .threading(ClientConfig.Threading.INVOKER)
                .build();
        List<QuernClient> clients = new ArrayList<>(sessions);
        try {
            for (int i = 0; i < sessions; i++) {
                clients.add(QuernClient.connect(config));
            }
            int inFlight = sessions * inFlightEach;
            ClosedLoop loop = new ClosedLoop(inFlight, STALL_MAX);
            NativeOperations operations = switch (test) {
                case GET -> new Gets(clients, loop, inFlight);
                case FOUR_GETS -> new FourGets(clients, loop, inFlight);
                case FOUR_HOPS -> new FourHops(clients, loop, inFlight);
                default -> throw new IllegalArgumentException("no such test: " + test);
            };
            return loop.run(operations, time);
        } finally {
            clients.forEach(QuernClient::close);
        }
    }

    private final class Gets extends NativeOperations {
        Gets(List<QuernClient> clients, ClosedLoop loop, int inFlight) {
            super(clients, loop, inFlight, workload.keys());
        }

        @Override
        void begin(int slot) {}

        @Override
        boolean send(int slot) {
            return pipeline(slot).get(check.key(startIndex[slot]), slot);
        }

        @Override
        boolean receive(int slot, Reply reply) {
            if (!check.isValueOf(startIndex[slot], reply)) {
                throw wrong("not the value of the key", startIndex[slot]);
            }
            return true;
        }
    }

    private final class FourGets extends NativeOperations {
        private final byte[][] keys;
        private final int[] hops;

        FourGets(List<QuernClient> clients, ClosedLoop loop, int inFlight) {
            super(clients, loop, inFlight, workload.keys());
            keys = new byte[inFlight][Workload.KEY_LENGTH];
            hops = new int[inFlight];
        }

        @Override
        void begin(int slot) {
            System.arraycopy(check.key(startIndex[slot]), 0, keys[slot], 0, Workload.KEY_LENGTH);
            hops[slot] = 0;
        }

        @Override
        boolean send(int slot) {
            return pipeline(slot).get(keys[slot], slot);
        }

        @Override
        boolean receive(int slot, Reply reply) {
            if (reply.valueLength() != Workload.VALUE_LENGTH) {
                throw wrong("a value of " + reply.valueLength() + " bytes", startIndex[slot]);
            }
            if (++hops[slot] < HOPS) {
                MemorySegment.copy(
                        reply.memory(), ValueLayout.JAVA_BYTE, reply.valueOffset(), keys[slot], 0, Workload.KEY_LENGTH);
                return false;
            }
            if (!check.isKey(workload.walk(startIndex[slot], HOPS), reply.memory(), reply.valueOffset())) {
                throw wrong("the fourth value does not start with the key four steps on", startIndex[slot]);
            }
            return true;
        }
    }

    private final class FourHops extends NativeOperations {
        private final byte[] function = QuernSetup.LOOKUP.getBytes(StandardCharsets.UTF_8);
        private final byte[] arguments =
                FunctionCall.encodeArguments(new byte[Workload.KEY_LENGTH], new byte[] {HOPS, 0, 0, 0});

        FourHops(List<QuernClient> clients, ClosedLoop loop, int inFlight) {
            super(clients, loop, inFlight, workload.keys());
        }

        @Override
        void begin(int slot) {}

        @Override
        boolean send(int slot) {
            System.arraycopy(check.key(startIndex[slot]), 0, arguments, 2 * Integer.BYTES, Workload.KEY_LENGTH);
            return pipeline(slot).invoke(function, true, arguments, 0, arguments.length, slot);
        }

        @Override
        boolean receive(int slot, Reply reply) {
            if (reply.valueLength() != Workload.VALUE_LENGTH
                    || !check.isKey(workload.walk(startIndex[slot], HOPS), reply.memory(), reply.valueOffset())) {
                throw wrong(
                        String.format(Locale.ROOT, "the function's reply of %d bytes", reply.valueLength()),
                        startIndex[slot]);
            }
            return true;
        }
    }
}
