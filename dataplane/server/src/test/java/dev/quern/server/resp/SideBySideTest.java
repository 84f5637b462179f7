package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

/** The same commands, sense and nonsense, to a redis-server and to us: the replies are the same, byte for byte. A failure prints its seed. */
@Timeout(120)
class SideBySideTest {
    private static final int COMMANDS = 15_000;
    private static final int PIPELINE_MAX = 40;
    private static final int KEYS = 12;
    private static final int DIFFERENCES_SHOWN = 20;
    private static final int SHOWN_MAX = 160;

    private static final List<String> NAMES = List.of(
            "PING",
            "ECHO",
            "SELECT",
            "GET",
            "SET",
            "SETNX",
            "SETEX",
            "PSETEX",
            "GETSET",
            "GETDEL",
            "GETEX",
            "MGET",
            "MSET",
            "MSETNX",
            "INCR",
            "DECR",
            "INCRBY",
            "DECRBY",
            "APPEND",
            "STRLEN",
            "DEL",
            "UNLINK",
            "EXISTS",
            "TYPE",
            "EXPIRE",
            "PEXPIRE",
            "EXPIREAT",
            "PEXPIREAT",
            "TTL",
            "PTTL",
            "PERSIST",
            "DBSIZE",
            "FLUSHDB",
            "FLUSHALL",
            "SCAN",
            "KEYS",
            "FCALL",
            "FCALL_RO",
            "NOSUCH",
            "AUTH",
            "CLIENT",
            "CONFIG",
            "COMMAND",
            "HELLO");

    private static final List<String> WORDS = List.of(
            "EX",
            "PX",
            "EXAT",
            "PXAT",
            "NX",
            "XX",
            "GT",
            "LT",
            "GET",
            "KEEPTTL",
            "PERSIST",
            "MATCH",
            "COUNT",
            "TYPE",
            "string",
            "SYNC",
            "ASYNC",
            "SETNAME",
            "GETNAME",
            "NO-EVICT",
            "NOSUCH",
            "ex",
            "nx",
            "*",
            "k?",
            "k[1-4]",
            "\\k*");

    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "-1",
            "2",
            "7",
            "15",
            "16",
            "100",
            "1000",
            "99999",
            "-5",
            "4102444800",
            "4102444800000",
            "01",
            "+1",
            " 1",
            "1 ",
            "1.5",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "9223372036854775",
            "9223372036854776",
            "92233720368547758070");

    @TempDir
    private static Path directory;

    @BeforeAll
    static void needsRedis() {
        RedisTools.assumeThere("redis-server");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldReplyAsRedisDoes(long seed) throws IOException {
        compare(seed, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
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
                List<String[]> burst = new ArrayList<>();
                for (int count = 1 + random.nextInt(PIPELINE_MAX); count > 0; count--) {
                    burst.add(next(random));
                }
                for (String[] command : burst) {
                    theirs.send(RespSocket.command(command));
                    ours.send(RespSocket.command(command));
                }
                for (String[] command : burst) {
                    String fromRedis = theirs.reply();
                    String fromQuern = ours.reply();
                    if (!alike(command[0].toUpperCase(Locale.ROOT), fromRedis, fromQuern)) {
                        differences.add(shown(String.join(" ", command)) + "\n  Redis: " + shown(fromRedis)
                                + "\n  Quern: " + shown(fromQuern));
                    }
                }
                sent += burst.size();
            }
            assertTrue(differences.isEmpty(), () -> "seed " + seed + ":\n" + String.join("\n", differences));
            String all = keys(theirs.call("KEYS", "*"));
            assertEquals(all, keys(ours.call("KEYS", "*")), "seed " + seed);
        }
    }

    private static String shown(String text) {
        return text.substring(0, Math.min(text.length(), SHOWN_MAX)).replace("\r\n", "\\r\\n");
    }

    private static String[] next(Random random) {
        while (true) {
            String[] command = random.nextInt(3) > 0 ? sensible(random) : nonsense(random);
            if (comparable(command)) {
                return command;
            }
        }
    }

    /** What both answer by themselves: their version, what they are set up with, how long ago something was. */
    private static boolean comparable(String[] command) {
        String name = command[0].toUpperCase(Locale.ROOT);
        boolean empty = Arrays.asList(command).contains("");
        return switch (name) {
            // Keys without bytes are for Redis alone.
            case "PING", "ECHO" -> true;
            case "AUTH" -> command.length != 3;
            case "CLIENT", "CONFIG" -> command.length < 2;
            case "COMMAND" -> false;
            case "HELLO" -> command.length > 1 && !command[1].equals("2") && !command[1].equals("3");
            default -> !empty;
        };
    }

    private static String key(Random random) {
        return "k" + random.nextInt(KEYS);
    }

    private static String value(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> Integer.toString(random.nextInt(2000) - 1000);
            case 1 -> NUMBERS.get(random.nextInt(NUMBERS.size()));
            case 2 -> "\0\r\n\u00FF" + random.nextInt();
            case 3 -> "x".repeat(random.nextInt(3000));
            default -> "v" + random.nextInt(100);
        };
    }

    static String[] sensible(Random random) {
        String key = key(random);
        String value = value(random);
        // Far from the moment, so that nothing expires between two answers.
        String seconds = Integer.toString(1000 + random.nextInt(100_000));
        String ms = seconds + "500";
        String at = "4102444" + (100 + random.nextInt(900));
        String delta = Integer.toString(random.nextInt(2000) - 1000);
        return switch (random.nextInt(40)) {
            case 0, 1, 2, 3 -> words("GET", key);
            case 4, 5, 6 -> words("SET", key, value);
            case 7 -> words("SET", key, value, "EX", seconds);
            case 8 -> words("SET", key, value, "px", ms, "nx");
            case 9 -> words("SET", key, value, "XX", "GET", "KEEPTTL");
            case 10 -> words("SET", key, value, "NX", "GET");
            case 11 -> words("SET", key, value, "EXAT", at);
            case 12 -> words("SETNX", key, value);
            case 13 -> words("SETEX", key, seconds, value);
            case 14 -> words("PSETEX", key, ms, value);
            case 15 -> words("GETSET", key, value);
            case 16 -> words("GETDEL", key);
            case 17 -> words("GETEX", key, "EX", seconds);
            case 18 -> words("GETEX", key, "PERSIST");
            case 19 -> words("MGET", key, key(random), "none", key(random));
            case 20 -> words("MSET", key, value, key(random), value(random), key, "twice");
            case 21 -> words("MSETNX", key, value, key(random), value(random));
            case 22 -> words("incr", key);
            case 23 -> words("DECR", key);
            case 24 -> words("INCRBY", key, delta);
            case 25 -> words("DECRBY", key, delta);
            case 26 -> words("APPEND", key, value);
            case 27 -> words("STRLEN", key);
            case 28 -> words("DEL", key, key(random), key);
            case 29 -> words("EXISTS", key, key, key(random));
            case 30 ->
                words("EXPIRE", key, seconds, List.of("NX", "XX", "GT", "LT").get(random.nextInt(4)));
            case 31 -> words("EXPIREAT", key, at);
            case 32 -> words("EXPIRE", key, "-1");
            case 33 -> words("TTL", key);
            case 34 -> words("PTTL", key);
            case 35 -> words("PERSIST", key);
            case 36 -> words("TYPE", key);
            case 37 -> words("DBSIZE");
            case 38 -> words("SELECT", Integer.toString(random.nextInt(3)));
            default -> words("KEYS", "k*");
        };
    }

    private static String[] words(String... words) {
        return words;
    }

    private static String[] nonsense(Random random) {
        String[] command = new String[1 + random.nextInt(7)];
        command[0] = NAMES.get(random.nextInt(NAMES.size()));
        if (random.nextInt(4) == 0) {
            command[0] = command[0].toLowerCase(Locale.ROOT);
        }
        for (int index = 1; index < command.length; index++) {
            command[index] = switch (random.nextInt(4)) {
                case 0 -> WORDS.get(random.nextInt(WORDS.size()));
                case 1 -> NUMBERS.get(random.nextInt(NUMBERS.size()));
                case 2 -> value(random);
                default -> key(random);
            };
        }
        return mayExpire(command) ? nonsense(random) : command;
    }

    /** Whether a record might expire within the test, or have expired and count until somebody notices. */
    private static boolean mayExpire(String[] command) {
        return command[0].toUpperCase(Locale.ROOT).matches(".*EX.*|SET")
                && Arrays.stream(command).anyMatch(word -> word.matches("[1-9][0-9]{0,4}|4102444800"));
    }

    private static boolean alike(String name, String theirs, String ours) {
        if (theirs.startsWith("*") && name.equals("KEYS")) {
            return keys(theirs).equals(keys(ours));
        }
        if (theirs.startsWith("*2") && ours.startsWith("*2") && name.equals("SCAN")) {
            // Cursors are each one's own; what a whole iteration sees has a test of its own.
            return true;
        }
        if (theirs.startsWith(":") && ours.startsWith(":") && (name.equals("TTL") || name.equals("PTTL"))) {
            long tolerance = name.equals("TTL") ? 3 : 3000;
            return Math.abs(number(theirs, 1) - number(ours, 1)) <= tolerance;
        }
        return theirs.equals(ours);
    }

    private static long number(String reply, int start) {
        return Long.parseLong(reply.substring(start).strip());
    }

    /** A KEYS reply in one order. */
    private static String keys(String reply) {
        String[] lines = reply.split("\r\n", -1);
        Arrays.sort(lines);
        return String.join("\n", lines);
    }
}
