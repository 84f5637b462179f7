package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands on hashes, sorted sets and strings under the same few keys, sense and nonsense, alone and in transactions, watched and not, to a
 * redis-server and to us: the replies are the same, byte for byte. A failure prints its seed.
 */
@Timeout(120)
class SideBySideTypesTest {
    private static final int COMMANDS = 10_000;
    private static final int PIPELINE_MAX = 40;
    private static final int KEYS = 10;
    private static final int DIFFERENCES_SHOWN = 20;
    private static final int SHOWN_MAX = 240;

    private static final List<String> NAMES = List.of(
            "HSET",
            "HMSET",
            "HSETNX",
            "HGET",
            "HMGET",
            "HGETALL",
            "HDEL",
            "HEXISTS",
            "HLEN",
            "HKEYS",
            "HVALS",
            "HSTRLEN",
            "HINCRBY",
            "ZADD",
            "ZINCRBY",
            "ZREM",
            "ZSCORE",
            "ZMSCORE",
            "ZCARD",
            "ZCOUNT",
            "ZRANGE",
            "ZRANGEBYSCORE",
            "ZREVRANGE",
            "ZREVRANGEBYSCORE",
            "ZRANK",
            "ZREVRANK",
            "ZREMRANGEBYSCORE",
            "ZPOPMIN",
            "ZPOPMAX");

    private static final List<String> WORDS = List.of(
            "NX",
            "XX",
            "GT",
            "LT",
            "CH",
            "INCR",
            "BYSCORE",
            "BYLEX",
            "REV",
            "LIMIT",
            "WITHSCORES",
            "limit",
            "incr",
            "nosuch");

    private static final List<String> SCORES = List.of(
            "0",
            "1",
            "-1",
            "+3",
            "2.5",
            "0.1",
            "-0.30000000000000004",
            "1e300",
            "1e-300",
            "-1e17",
            "100000000000000000",
            "99999999999999999",
            "123456789012345678901234567890",
            "3.14159265358979323846",
            "0x10",
            "0x1.8p3",
            "0XAp-2",
            "1e400",
            "1e-400",
            "4.9e-324",
            "inf",
            "+inf",
            "-inf",
            "Infinity",
            "-INF",
            "nan",
            "",
            " 1",
            "1 ",
            "1.",
            ".5",
            ".",
            "1e",
            "abc",
            "0.00001",
            "0.0001234",
            "1e21",
            "9007199254740993");

    private static final List<String> BOUNDS =
            List.of("-inf", "+inf", "(1", "(-1", "(2.5", "(inf", "(", "((1", "0", "3", "-3", " 2", "( 2", "x", "");

    private static final List<String> LEXICAL = List.of("-", "+", "[", "(", "[m1", "(m1", "[m5", "(m7", "m1", "", "-x");

    @TempDir
    private static Path directory;

    @BeforeAll
    static void needsRedis() {
        RedisTools.assumeThere("redis-server");
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33})
    void shouldReplyAsRedisDoes(long seed) throws IOException {
        compare(seed, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42})
    void shouldReplyAsRedisDoesInResp3(long seed) throws IOException {
        compare(seed, true);
    }

    private static void compare(long seed, boolean resp3) throws IOException {
        Random random = new Random(seed);
        try (RedisTools.RedisServer redis = new RedisTools.RedisServer(directory);
                RespRig quern = RespRig.open();
                RespSocket theirs = new RespSocket(redis.port());
                RespSocket ours = quern.connect()) {
            if (resp3) {
                theirs.call("HELLO", "3");
                ours.call("HELLO", "3");
            }
            List<String> differences = new ArrayList<>();
            int sent = 0;
            while (sent < COMMANDS && differences.size() < DIFFERENCES_SHOWN) {
                List<String[]> burst = burst(random);
                for (String[] command : burst) {
                    theirs.send(RespSocket.command(command));
                    ours.send(RespSocket.command(command));
                }
                for (String[] command : burst) {
                    String fromRedis = theirs.reply();
                    String fromQuern = ours.reply();
                    if (!alike(command[0].toUpperCase(Locale.ROOT), fromRedis, fromQuern)) {
                        differences.add(shown(String.join(" ", command), 0) + "\n  Redis: "
                                + shown(fromRedis, Arrays.mismatch(fromRedis.toCharArray(), fromQuern.toCharArray()))
                                + "\n  Quern: "
                                + shown(fromQuern, Arrays.mismatch(fromRedis.toCharArray(), fromQuern.toCharArray())));
                    }
                }
                sent += burst.size();
            }
            assertTrue(differences.isEmpty(), () -> "seed " + seed + ":\n" + String.join("\n", differences));
        }
    }

    private static List<String[]> burst(Random random) {
        List<String[]> burst = new ArrayList<>();
        boolean inTransaction = random.nextInt(4) == 0;
        if (inTransaction && random.nextInt(3) == 0) {
            burst.add(words("WATCH", key(random)));
            burst.add(next(random));
        }
        if (inTransaction) {
            burst.add(words("MULTI"));
        }
        for (int count = 1 + random.nextInt(PIPELINE_MAX); count > 0; count--) {
            burst.add(next(random));
        }
        if (inTransaction) {
            burst.add(words("EXEC"));
        }
        return burst;
    }

    /** Around a place. */
    private static String shown(String text, int place) {
        int start = Math.max(0, Math.min(place, text.length()) - SHOWN_MAX / 2);
        return text.substring(start, Math.min(text.length(), start + SHOWN_MAX)).replace("\r\n", "\\r\\n");
    }

    private static String[] next(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> nonsense(random);
            case 1 -> string(random);
            case 2, 3, 4 -> hash(random);
            default -> sortedSet(random);
        };
    }

    private static String[] string(Random random) {
        while (true) {
            String[] command = SideBySideTest.sensible(random);
            // The order of KEYS is each one's own, times left are of the moment, and what SELECT does has its test.
            if (!command[0].matches("KEYS|TTL|PTTL|SELECT")) {
                return command;
            }
        }
    }

    private static String key(Random random) {
        return "k" + random.nextInt(KEYS);
    }

    private static String field(Random random) {
        return random.nextInt(40) == 0 ? "" : "f" + random.nextInt(8);
    }

    private static String value(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> "9223372036854775807";
            case 2 -> "\0\r\n\u00FF" + random.nextInt();
            case 3 -> "x".repeat(random.nextInt(300));
            default -> Integer.toString(random.nextInt(100) - 50);
        };
    }

    private static String[] hash(Random random) {
        String key = key(random);
        String field = field(random);
        return switch (random.nextInt(20)) {
            case 0, 1, 2 -> words("HSET", key, field, value(random));
            case 3 -> words("HSET", key, field, value(random), field(random), value(random), field, "twice");
            case 4 -> words("HMSET", key, field, value(random), field(random), value(random));
            case 5 -> random.nextInt(20) == 0 ? many("HSET", key, 700) : words("HLEN", key);
            case 6 -> words("HSETNX", key, field, value(random));
            case 7, 8 -> words("HGET", key, field);
            case 9 -> words("HMGET", key, field, "none", field(random));
            case 10 -> words("HGETALL", key);
            case 11 -> words("HDEL", key, field, field(random));
            case 12 -> words("HDEL", key, "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "", field);
            case 13 -> words("HEXISTS", key, field);
            case 14 -> words("HKEYS", key);
            case 15 -> words("HVALS", key);
            case 16 -> words("HSTRLEN", key, field);
            case 17 -> words("HINCRBY", key, field, Integer.toString(random.nextInt(100) - 50));
            case 18 -> words("TYPE", key);
            default -> words("DEL", key);
        };
    }

    private static String[] many(String name, String key, int fields) {
        String[] command = new String[2 + 2 * fields];
        command[0] = name;
        command[1] = key;
        for (int field = 0; field < fields; field++) {
            command[2 + 2 * field] = name.equals("ZADD") ? Integer.toString(field % 50) : "f" + field;
            command[3 + 2 * field] = name.equals("ZADD") ? "m" + field : "v" + field;
        }
        return command;
    }

    private static String member(Random random) {
        return random.nextInt(40) == 0 ? "" : "m" + random.nextInt(12);
    }

    private static String score(Random random) {
        return random.nextInt(3) == 0
                ? SCORES.get(random.nextInt(SCORES.size()))
                : Integer.toString(random.nextInt(10) - 3);
    }

    private static String bound(Random random) {
        return random.nextInt(2) == 0 ? BOUNDS.get(random.nextInt(BOUNDS.size())) : score(random);
    }

    private static String rank(Random random) {
        return Integer.toString(random.nextInt(24) - 12);
    }

    private static String[] sortedSet(Random random) {
        String key = key(random);
        String member = member(random);
        return switch (random.nextInt(34)) {
            case 0, 1, 2, 3 -> words("ZADD", key, score(random), member);
            case 4 -> words("ZADD", key, score(random), member, score(random), member(random), score(random), member);
            case 5 ->
                words("ZADD", key, WORDS.get(random.nextInt(6)), WORDS.get(random.nextInt(6)), score(random), member);
            case 6 -> words("ZADD", key, "GT", "CH", score(random), member, score(random), member(random));
            case 7 -> words("ZADD", key, "xx", "INCR", score(random), member);
            case 8 -> words("ZINCRBY", key, score(random), member);
            case 9 -> words("ZREM", key, member, member(random), member);
            case 10 -> words("ZSCORE", key, member);
            case 11 -> words("ZMSCORE", key, member, "none", member(random));
            case 12 -> words("ZCARD", key);
            case 13 -> words("ZCOUNT", key, bound(random), bound(random));
            case 14 -> words("ZRANGE", key, rank(random), rank(random));
            case 15 -> words("ZRANGE", key, rank(random), rank(random), "REV", "WITHSCORES");
            case 16 -> words("ZRANGE", key, bound(random), bound(random), "BYSCORE", "WITHSCORES");
            case 17 -> words("ZRANGE", key, bound(random), bound(random), "BYSCORE", "REV", "LIMIT", rank(random), "3");
            case 18 -> words("ZRANGEBYSCORE", key, bound(random), bound(random));
            case 19 -> words("ZRANGEBYSCORE", key, bound(random), "+inf", "LIMIT", "0", rank(random));
            case 20 -> words("ZREVRANGEBYSCORE", key, bound(random), bound(random), "WITHSCORES", "LIMIT", "1", "4");
            case 21 -> words("ZREVRANGE", key, rank(random), rank(random), "withscores");
            case 22 -> words("ZRANK", key, member);
            case 23 -> words("ZREVRANK", key, member);
            case 24 -> words("ZREMRANGEBYSCORE", key, bound(random), bound(random));
            case 25 -> words("ZPOPMIN", key);
            case 26 -> words("ZPOPMAX", key, rank(random));
            case 27 -> random.nextInt(10) == 0 ? many("ZADD", key, 400) : words("ZRANGE", key, "0", "-1");
            case 28 -> words("ZRANGE", "lex", lexical(random), lexical(random), "BYLEX");
            case 29 -> words("ZRANGE", "lex", lexical(random), lexical(random), "BYLEX", "REV", "LIMIT", "0", "3");
            case 30 -> words("ZADD", "lex", "0", member, "0", member(random));
            case 31 -> words("EXPIRE", key, "10000");
            case 32 -> words("ZREM", "lex", member);
            default -> words("DEL", key);
        };
    }

    private static String lexical(Random random) {
        return LEXICAL.get(random.nextInt(LEXICAL.size()));
    }

    private static String[] nonsense(Random random) {
        String[] command = new String[1 + random.nextInt(7)];
        command[0] = NAMES.get(random.nextInt(NAMES.size()));
        for (int index = 1; index < command.length; index++) {
            command[index] = switch (random.nextInt(6)) {
                case 0 -> WORDS.get(random.nextInt(WORDS.size()));
                case 1 -> bound(random);
                case 2 -> index == 1 ? key(random) : member(random);
                case 3 -> index == 1 ? key(random) : field(random);
                case 4 -> score(random);
                default -> key(random);
            };
        }
        // Keys without bytes are for Redis alone.
        return command.length > 1 && command[1].isEmpty() ? nonsense(random) : command;
    }

    private static String[] words(String... words) {
        return words;
    }

    private static boolean alike(String name, String theirs, String ours) {
        if (theirs.equals(ours)) {
            return true;
        }
        // Redis's larger hashes have no order.
        return name.matches("HGETALL|HKEYS|HVALS|EXEC") && sorted(theirs).equals(sorted(ours));
    }

    private static String sorted(String reply) {
        String[] lines = reply.split("\r\n", -1);
        Arrays.sort(lines);
        return String.join("\n", lines);
    }
}
