package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.WhenFull;
import dev.quern.server.TenantSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.Jedis;

/** MULTI, EXEC and WATCH where Redis has no like: several cores, a full tenant, tenants that change. */
@Timeout(60)
class MultiTest {
    private static final int ACCOUNTS = 4;
    private static final int CLIENTS = 4;
    private static final int TRANSFERS = 300;

    @Test
    void shouldKeepTheTotalUnderTransfersOnSeveralCores() throws Exception {
        try (RespRig rig = RespRig.open(2);
                ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
                Jedis reader = new Jedis("127.0.0.1", rig.port(), 20_000)) {
            for (int i = 0; i < ACCOUNTS; i++) {
                reader.set("account" + i, "100");
            }
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int seed = client;
                all.add(CompletableFuture.runAsync(() -> transfer(rig.port(), seed), threads));
            }
            CompletableFuture<Void> done = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
            while (!done.isDone()) {
                assertEquals(ACCOUNTS * 100, total(reader));
            }
            done.get(1, TimeUnit.SECONDS);
            assertEquals(ACCOUNTS * 100, total(reader));
            assertEquals(Integer.toString(CLIENTS * TRANSFERS), reader.get("transfers"));
        }
    }

    private static int total(Jedis reader) {
        while (true) {
            try (AbstractTransaction transaction = reader.multi()) {
                for (int i = 0; i < ACCOUNTS; i++) {
                    transaction.get("account" + i);
                }
                int total = 0;
                for (Object value : transaction.exec()) {
                    total += Integer.parseInt(String.valueOf(value));
                }
                return total;
            } catch (redis.clients.jedis.exceptions.JedisDataException contended) {
                assertTrue(String.valueOf(contended.getMessage()).startsWith("TRYAGAIN"), contended.getMessage());
            }
        }
    }

    private static void transfer(int port, int seed) {
        Random random = new Random(seed);
        try (Jedis jedis = new Jedis("127.0.0.1", port, 20_000)) {
            for (int done = 0; done < TRANSFERS; ) {
                String from = "account" + random.nextInt(ACCOUNTS);
                String to = "account" + random.nextInt(ACCOUNTS);
                jedis.watch(from, to);
                int balance = Integer.parseInt(jedis.get(from));
                int amount = random.nextInt(10);
                AbstractTransaction transaction = jedis.multi();
                if (!from.equals(to)) {
                    transaction.set(from, Integer.toString(balance - amount));
                    transaction.incrBy(to, amount);
                }
                transaction.incr("transfers");
                try {
                    if (transaction.exec() != null) {
                        done++;
                    }
                } catch (redis.clients.jedis.exceptions.JedisDataException contended) {
                    assertTrue(String.valueOf(contended.getMessage()).startsWith("TRYAGAIN"), contended.getMessage());
                }
            }
        }
    }

    @Test
    void shouldWriteNothingWhenATenantIsFull() throws Exception {
        try (RespRig rig = RespRig.with(new TenantSettings("default", "", 1 << 20, WhenFull.REFUSE));
                RespSocket socket = rig.connect()) {
            String half = "x".repeat(400_000);
            assertEquals("+OK\r\n", socket.call("MULTI"));
            assertEquals("+QUEUED\r\n", socket.call("SET", "small", "1"));
            for (int i = 0; i < 4; i++) {
                assertEquals("+QUEUED\r\n", socket.call("SET", "k" + i, half));
            }
            assertTrue(socket.call("EXEC").startsWith("-EXECABORT Transaction discarded because of: OOM"));
            assertEquals("$-1\r\n", socket.call("GET", "small"));
            assertEquals("-ERR EXEC without MULTI\r\n", socket.call("EXEC"));
        }
    }

    @Test
    void shouldRefuseWhatCannotBeInATransaction() throws Exception {
        try (RespRig rig = RespRig.open();
                RespSocket socket = rig.connect()) {
            for (String command : List.of("FLUSHDB", "FLUSHALL", "FCALL f 0", "FUNCTION LIST", "CLIENT ID")) {
                socket.call("MULTI");
                assertEquals("-ERR Command not allowed inside a transaction\r\n", socket.call(command.split(" ", -1)));
                assertTrue(socket.call("EXEC").startsWith("-EXECABORT"));
            }
            socket.call("MULTI");
            assertEquals("+QUEUED\r\n", socket.call("SELECT", "3"));
            assertEquals("+QUEUED\r\n", socket.call("SET", "k", "v"));
            assertEquals("*2\r\n+OK\r\n+OK\r\n", socket.call("EXEC"));
            assertEquals("$1\r\nv\r\n", socket.call("GET", "k"));
            socket.call("SELECT", "0");
            assertEquals("$-1\r\n", socket.call("GET", "k"));
        }
    }

    @Test
    void shouldShowATransactionItsOwnWritesInTablesAsAWhole() throws Exception {
        try (RespRig rig = RespRig.open();
                RespSocket socket = rig.connect()) {
            socket.call("MSET", "a", "1", "b", "1", "c", "1");
            socket.call("MULTI");
            socket.call("DEL", "a", "b");
            socket.call("SET", "d", "1");
            for (String command :
                    List.of("DBSIZE", "KEYS d*", "SCAN 0 COUNT 1000 MATCH [ab]", "CONFIG GET databases")) {
                assertEquals("+QUEUED\r\n", socket.call(command.split(" ", -1)));
            }
            assertEquals(
                    String.join(
                            "\r\n",
                            List.of(
                                    "*6",
                                    ":2",
                                    "+OK",
                                    ":2",
                                    "*1",
                                    "$1",
                                    "d",
                                    "*2",
                                    "$1",
                                    "0",
                                    "*0",
                                    "*2",
                                    "$9",
                                    "databases",
                                    "$2",
                                    "16",
                                    "")),
                    socket.call("EXEC"));
            assertEquals(":2\r\n", socket.call("DBSIZE"));
            socket.call("MULTI");
            assertEquals("+QUEUED\r\n", socket.call("INFO", "server"));
            assertTrue(socket.call("EXEC").contains("redis_version"));
        }
    }

    @Test
    void shouldWatchRecordsRatherThanWhatHappenedToThem() throws Exception {
        try (RespRig rig = RespRig.open();
                RespSocket socket = rig.connect();
                RespSocket other = rig.connect()) {
            socket.call("WATCH", "k");
            other.call("SET", "k", "1");
            other.call("DEL", "k");
            socket.call("MULTI");
            socket.call("SET", "k", "2");
            assertEquals("*1\r\n+OK\r\n", socket.call("EXEC"), "absent then, absent now");

            socket.call("WATCH", "k");
            other.call("DEL", "k");
            other.call("SET", "k", "2");
            socket.call("MULTI");
            socket.call("SET", "k", "3");
            assertEquals("*-1\r\n", socket.call("EXEC"), "another record with the same value");
            assertEquals("$1\r\n2\r\n", socket.call("GET", "k"));
        }
    }

    @Test
    void shouldForgetATransactionWhenTheTenantChanges() throws Exception {
        try (RespRig rig = RespRig.with(TenantSettings.of("a", "s"), TenantSettings.of("b", "s"));
                RespSocket socket = rig.connect()) {
            assertEquals("+OK\r\n", socket.call("AUTH", "a", "s"));
            assertEquals("+OK\r\n", socket.call("WATCH", "k"));
            assertEquals("+OK\r\n", socket.call("AUTH", "b", "s"));
            assertEquals("+OK\r\n", socket.call("MULTI"));
            assertEquals("+QUEUED\r\n", socket.call("SET", "k", "of b"));
            assertEquals("*1\r\n+OK\r\n", socket.call("EXEC"));
            assertEquals("+OK\r\n", socket.call("MULTI"));
            assertTrue(socket.call("AUTH", "a", "s").startsWith("-ERR Command not allowed"));
            assertEquals("+RESET\r\n", socket.call("RESET"));
            assertEquals("+OK\r\n", socket.call("AUTH", "a", "s"));
            assertEquals("$-1\r\n", socket.call("GET", "k"));
            assertNull(rig.server().store().tenant("c"));
        }
    }

    @Test
    void shouldBoundWhatIsQueuedAndWatched() throws Exception {
        try (RespRig rig = RespRig.open();
                RespSocket socket = rig.connect()) {
            socket.call("MULTI");
            for (int i = 0; i < RespLimits.QUEUED_COMMANDS_MAX; i++) {
                assertEquals("+QUEUED\r\n", socket.call("INCR", "n"));
            }
            assertTrue(socket.call("INCR", "n").startsWith("-ERR transaction too large"));
            assertTrue(socket.call("EXEC").startsWith("-EXECABORT"));
            for (int i = 0; i < RespLimits.WATCHED_KEYS_MAX; i++) {
                assertEquals("+OK\r\n", socket.call("WATCH", "k"));
            }
            assertTrue(socket.call("WATCH", "k").startsWith("-ERR too many watched keys"));
            assertEquals("+OK\r\n", socket.call("UNWATCH"));
            assertEquals("+OK\r\n", socket.call("WATCH", "k"));
        }
    }
}
