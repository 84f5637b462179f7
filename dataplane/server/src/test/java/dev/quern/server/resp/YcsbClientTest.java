package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Table;
import dev.quern.server.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;

/**
 * The commands that YCSB's Redis binding sends, by Jedis as there: a record is a hash, and all keys are in one sorted set by their hash
 * code, for scans.
 */
@Timeout(110)
class YcsbClientTest {
    private static final String INDEX = "_indices";
    private static final int FIELDS = 10;
    private static final int RECORDS = 300;

    /** What YCSB's RedisClient does for each of its operations. */
    @SuppressWarnings("deprecation") // the calls that it makes
    private static final class Binding implements AutoCloseable {
        private final Jedis jedis;

        Binding(int port) {
            jedis = new Jedis("127.0.0.1", port);
        }

        private static double hash(String key) {
            return key.hashCode();
        }

        boolean insert(String key, Map<String, String> values) {
            if (!jedis.hmset(key, values).equals("OK")) {
                return false;
            }
            jedis.zadd(INDEX, hash(key), key);
            return true;
        }

        Map<String, String> read(String key) {
            return jedis.hgetAll(key);
        }

        List<String> read(String key, String... fields) {
            return jedis.hmget(key, fields);
        }

        boolean update(String key, Map<String, String> values) {
            return jedis.hmset(key, values).equals("OK");
        }

        boolean delete(String key) {
            long deleted = jedis.del(key);
            return jedis.zrem(INDEX, key) > 0 || deleted > 0;
        }

        List<Map<String, String>> scan(String start, int count) {
            List<Map<String, String>> records = new ArrayList<>();
            for (String key : jedis.zrangeByScore(INDEX, hash(start), Double.POSITIVE_INFINITY, 0, count)) {
                records.add(read(key));
            }
            return records;
        }

        @Override
        public void close() {
            jedis.close();
        }
    }

    private static String key(int number) {
        return "user" + number * 7_919L;
    }

    private static Map<String, String> values(Random random) {
        Map<String, String> values = new HashMap<>();
        for (int field = 0; field < FIELDS; field++) {
            values.put("field" + field, Long.toHexString(random.nextLong()).repeat(6));
        }
        return values;
    }

    @Test
    void shouldAnswerWhatWasWritten() throws IOException {
        Random random = new Random(7);
        Map<String, Map<String, String>> model = new HashMap<>();
        try (RespRig quern = RespRig.open();
                Binding client = new Binding(quern.port())) {
            for (int number = 0; number < RECORDS; number++) {
                Map<String, String> values = values(random);
                model.put(key(number), values);
                assertTrue(client.insert(key(number), values));
            }
            for (int step = 0; step < 3_000; step++) {
                String key = key(random.nextInt(RECORDS));
                Map<String, String> there = model.get(key);
                switch (random.nextInt(6)) {
                    case 0 -> assertEquals(there == null ? Map.of() : there, client.read(key));
                    case 1 -> {
                        String field = "field" + random.nextInt(FIELDS);
                        List<String> read = client.read(key, field, "none");
                        assertEquals(there == null ? null : there.get(field), read.getFirst());
                        assertEquals(2, read.size());
                    }
                    case 2 -> {
                        if (there != null) {
                            Map<String, String> change = Map.of("field" + random.nextInt(FIELDS), "changed" + step);
                            there.putAll(change);
                            assertTrue(client.update(key, change));
                        }
                    }
                    case 3 -> assertEquals(model.remove(key) != null, client.delete(key));
                    case 4 -> {
                        Map<String, String> values = values(random);
                        model.remove(key);
                        client.delete(key);
                        model.put(key, values);
                        assertTrue(client.insert(key, values));
                    }
                    default -> assertEquals(scan(model, key, 20), client.scan(key, 20));
                }
            }
            assertEquals(model.size(), client.jedis.zcard(INDEX));
        }
    }

    /** What a scan should find. */
    private static List<Map<String, String>> scan(Map<String, Map<String, String>> model, String start, int count) {
        TreeMap<Integer, TreeMap<String, Map<String, String>>> byHash = new TreeMap<>();
        model.forEach((key, values) ->
                byHash.computeIfAbsent(key.hashCode(), hash -> new TreeMap<>()).put(key, values));
        return byHash.tailMap(start.hashCode()).values().stream()
                .flatMap(sameHash -> sameHash.values().stream())
                .limit(count)
                .toList();
    }

    @Test
    void shouldKeepTheIndexWholeWhenClientsOfTwoCoresInsertAndDelete() throws Exception {
        int clients = 4;
        try (RespRig quern = RespRig.open(2);
                ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                int first = client;
                work.add(() -> {
                    Random random = new Random(first);
                    try (Binding binding = new Binding(quern.port())) {
                        int left = 0;
                        for (int number = first; number < RECORDS * clients; number += clients) {
                            assertTrue(binding.insert(key(number), values(random)));
                            if (number % 3 == 0) {
                                assertTrue(binding.delete(key(number)));
                            } else {
                                left++;
                            }
                            for (Map<String, String> found : binding.scan(key(number), 3)) {
                                // A record of another client may go between the scan and the read.
                                assertTrue(found.isEmpty() || found.size() == FIELDS);
                            }
                        }
                        return left;
                    }
                });
            }
            long left = 0;
            for (Future<Integer> done : threads.invokeAll(work)) {
                left += done.get();
            }
            try (Jedis jedis = new Jedis("127.0.0.1", quern.port())) {
                assertEquals(left, jedis.zcard(INDEX));
                List<String> all = jedis.zrange(INDEX, 0, -1);
                assertEquals(left, all.size());
                assertEquals(left, all.stream().filter(jedis::exists).count());
                assertEquals(left + 1, jedis.dbSize());
            }
        }
    }

    @Test
    void shouldTakeElementsAwayOnceTheirSortedSetOrHashIsGone() throws IOException {
        try (RespRig quern = RespRig.open();
                Jedis jedis = new Jedis("127.0.0.1", quern.port())) {
            Table elements = Objects.requireNonNull(quern.server().store().tenant("default"))
                    .structures()
                    .elementsToWrite();
            for (int member = 0; member < 2_000; member++) {
                jedis.zadd("a", member, "m" + member);
                jedis.zadd("b", member, "m" + member);
                jedis.hset("h", "f" + member, "v");
            }
            assertEquals("zset", jedis.type("a"));
            assertEquals("hash", jedis.type("h"));
            assertEquals(4_000 + 4_000 + 2_000, elements.size());
            jedis.del("a");
            jedis.set("h", "a string now");
            Await.until("the elements of one set are left", () -> elements.size() == 4_000);
            assertEquals(2_000, jedis.zcard("b"));
            assertEquals(2_000, jedis.zrange("b", 0, -1).size());
            jedis.pexpire("b", 1);
            Await.until("no elements are left", () -> elements.size() == 0);
            assertEquals(1, jedis.dbSize());
            jedis.zadd("c", 1, "m");
            jedis.flushAll();
            Await.until("no elements are left", () -> elements.size() == 0);
            assertEquals(0, jedis.zcard("c"));
        }
    }
}
