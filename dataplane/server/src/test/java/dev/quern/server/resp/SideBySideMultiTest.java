package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transactions, good and spoiled, watched and disturbed by another client, to a redis-server and to us: the replies are the same, byte
 * for byte, and so is what is there after each. A failure prints its seed.
 */
@Timeout(120)
class SideBySideMultiTest {
    private static final int TRANSACTIONS = 1_500;
    private static final int COMMANDS_MAX = 12;

    @TempDir
    private static Path directory;

    private final StringBuilder sent = new StringBuilder();

    @BeforeAll
    static void needsRedis() {
        RedisTools.assumeThere("redis-server");
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, -23})
    void shouldReplyAsRedisDoes(long seed) throws IOException {
        Random random = new Random(seed);
        try (RedisTools.RedisServer redis = new RedisTools.RedisServer(directory);
                RespRig quern = RespRig.open();
                RespSocket theirs = new RespSocket(redis.port());
                RespSocket ours = quern.connect();
                RespSocket theirOther = new RespSocket(redis.port());
                RespSocket ourOther = quern.connect()) {
            if (seed < 0) {
                theirs.call("HELLO", "3");
                ours.call("HELLO", "3");
            }
            for (int done = 0; done < TRANSACTIONS; done++) {
                sent.setLength(0);
                sent.append("seed ").append(seed).append(':');
                if (random.nextInt(3) == 0) {
                    both(theirs, ours, "WATCH", key(random), key(random));
                    disturb(random, theirs, ours);
                    disturb(random, theirOther, ourOther);
                }
                if (random.nextInt(8) == 0) {
                    both(theirs, ours, "UNWATCH");
                }
                if (random.nextInt(20) > 0) {
                    both(theirs, ours, "MULTI");
                }
                for (int count = random.nextInt(COMMANDS_MAX); count > 0; count--) {
                    both(theirs, ours, command(random));
                    disturb(random, theirOther, ourOther);
                }
                both(theirs, ours, random.nextInt(8) == 0 ? "DISCARD" : "EXEC");
                for (int key = 0; key < 12; key++) {
                    both(theirOther, ourOther, "GET", "k" + key);
                }
            }
        }
    }

    private void disturb(Random random, RespSocket theirs, RespSocket ours) throws IOException {
        if (random.nextInt(4) == 0) {
            both(theirs, ours, "SET", key(random), Integer.toString(random.nextInt(100)));
        }
    }

    private void both(RespSocket theirs, RespSocket ours, String... command) throws IOException {
        sent.append("\n  ").append(String.join(" ", command));
        assertEquals(theirs.call(command), ours.call(command), sent::toString);
    }

    private static String key(Random random) {
        return "k" + random.nextInt(12);
    }

    private static String[] command(Random random) {
        switch (random.nextInt(40)) {
            case 0:
                return new String[] {"NOSUCH", "a"};
            case 1:
                return new String[] {"GET"};
            case 2:
                return new String[] {"MULTI"};
            case 3:
                return new String[] {"WATCH", "k1"};
            case 4:
                return new String[] {"UNWATCH"};
            default:
                while (true) {
                    String[] command = SideBySideTest.sensible(random);
                    // What depends on the moment or the order.
                    if (!command[0].matches("KEYS|TTL|PTTL|SELECT")) {
                        return command;
                    }
                }
        }
    }
}
