package dev.quern.server.resp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.TestModules;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;

/** The clients that people use, unmodified. */
@Timeout(110)
class RealClientsTest {
    private Server server;
    private String port;

    @BeforeEach
    void open() throws IOException {
        server = Quern.start(ServerConfig.builder()
                .cores(2)
                .udp("off")
                .resp("127.0.0.1:0")
                .tenant("default", "")
                .tenant("acme", "s3cret")
                .build());
        port = Integer.toString(server.respAddress().getPort());
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static String tool(String input, String... command) throws IOException, InterruptedException {
        return tool(input.getBytes(UTF_8), command);
    }

    private static String tool(byte[] input, String... command) throws IOException, InterruptedException {
        RedisTools.assumeThere(command[0]);
        return RedisTools.run(List.of(command), input);
    }

    private String cli(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-p", port));
        command.addAll(List.of(words));
        return tool("", command.toArray(String[]::new)).strip();
    }

    @Test
    void shouldServeRedisCli() throws IOException, InterruptedException {
        assertEquals("PONG", cli("ping"));
        assertEquals("OK", cli("set", "greeting", "hello"));
        assertEquals("hello", cli("get", "greeting"));
        assertEquals("hello", cli("-3", "get", "greeting"));
        assertEquals("1", cli("incr", "n"));
        assertEquals("OK", cli("--user", "acme", "--pass", "s3cret", "--no-auth-warning", "set", "k", "acme's"));
        assertEquals("", cli("get", "k"));
        assertEquals("OK", cli("-n", "2", "set", "x", "7"));
        assertEquals("7", cli("-n", "2", "get", "x"));
        assertEquals("(nil)", cli("--no-raw", "-n", "0", "get", "x"));
        assertTrue(cli("info", "server").contains("redis_version:"));
        assertTrue(cli("-3", "command", "docs", "get").contains("summary"));
        assertTrue(cli("nosuch").startsWith("ERR unknown command 'nosuch'"));
        Set<String> scanned = new HashSet<>(cli("--scan").lines().toList());
        assertEquals(Set.of("greeting", "n"), scanned);
        // Interactive, as by hand: it asks for COMMAND DOCS first.
        String session = tool("set a 1\nget a\nquit\n", "redis-cli", "-p", port);
        assertTrue(session.contains("OK\n1\n") || session.contains("OK\n\"1\"\n"), session);
    }

    @Test
    void shouldLoadAModuleByRedisCli() throws IOException, InterruptedException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.write("#!wasm name=echo timeout-ms=1000\n".getBytes(UTF_8));
        payload.write(TestModules.ECHO);
        assertEquals(
                "echo",
                tool(payload.toByteArray(), "redis-cli", "-p", port, "-x", "FUNCTION", "LOAD")
                        .strip());
        assertEquals("hi", cli("fcall", "echo", "0", "hi"));
    }

    @Test
    void shouldServeRedisBenchmark() throws IOException, InterruptedException {
        for (String pipeline : new String[] {"1", "16"}) {
            String printed = tool(
                    "",
                    "redis-benchmark",
                    "-p",
                    port,
                    "-t",
                    "ping_inline,ping_mbulk,set,get,incr,mset",
                    "-n",
                    "5000",
                    "-c",
                    "20",
                    "-P",
                    pipeline,
                    "-r",
                    "1000",
                    "-q");
            assertFalse(printed.toLowerCase(java.util.Locale.ROOT).contains("error"), printed);
            assertEquals(6, printed.split("requests per second", -1).length - 1, printed);
        }
    }

    @Test
    void shouldServeJedis() {
        for (RedisProtocol protocol : RedisProtocol.values()) {
            try (Jedis jedis = new Jedis(
                    new HostAndPort("127.0.0.1", server.respAddress().getPort()),
                    DefaultJedisClientConfig.builder()
                            .protocol(protocol)
                            .user("acme")
                            .password("s3cret")
                            .clientName("jedis-test")
                            .build())) {
                assertEquals("PONG", jedis.ping());
                jedis.flushAll();
                assertEquals(
                        "OK", jedis.set("k", "v", SetParams.setParams().nx().ex(100)));
                assertNull(jedis.set("k", "w", SetParams.setParams().nx()));
                assertTrue(jedis.ttl("k") > 90);
                assertEquals("v", jedis.setGet("k", "w"));
                assertEquals(3, jedis.append("k", "xy"));
                assertEquals(List.of("wxy"), jedis.mget("k"));
                assertEquals("jedis-test", jedis.clientGetname());
                Pipeline pipeline = jedis.pipelined();
                List<Response<Long>> counts = new ArrayList<>();
                for (int index = 0; index < 1000; index++) {
                    counts.add(pipeline.incr("n"));
                }
                pipeline.sync();
                assertEquals(1000, counts.getLast().get());
                for (int index = 0; index < 300; index++) {
                    jedis.set("scan:" + index, "v");
                }
                assertEquals(300, scan(jedis).size());
                assertEquals(302, jedis.dbSize());
                assertEquals(Map.of("save", ""), jedis.configGet("save"));
                jedis.functionLoadReplace(payload(TestModules.ECHO));
                assertEquals("x", jedis.fcall("echo", List.of("x"), List.of("y")));
                assertEquals("echo", jedis.functionList().getFirst().getLibraryName());
                assertEquals("OK", jedis.functionDelete("echo"));
            }
        }
    }

    private static byte[] payload(byte[] module) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.writeBytes("#!wasm name=echo timeout-ms=1000\n".getBytes(UTF_8));
        payload.writeBytes(module);
        return payload.toByteArray();
    }

    private static Set<String> scan(Jedis jedis) {
        Set<String> keys = new HashSet<>();
        String cursor = ScanParams.SCAN_POINTER_START;
        do {
            ScanResult<String> result =
                    jedis.scan(cursor, new ScanParams().match("scan:*").count(17));
            keys.addAll(result.getResult());
            cursor = result.getCursor();
        } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        return keys;
    }

    @Test
    void shouldServeLettuce() throws Exception {
        RedisURI uri = RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(server.respAddress().getPort())
                .withAuthentication("acme", "s3cret")
                .withDatabase(1)
                .withClientName("lettuce-test")
                .build();
        RedisClient client = RedisClient.create(uri);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            var sync = connection.sync();
            assertEquals("OK", sync.set("k", "v", SetArgs.Builder.px(100_000)));
            assertTrue(sync.pttl("k") > 90_000);
            assertEquals("v", sync.getdel("k"));
            assertNull(sync.get("k"));
            assertEquals("OK", sync.mset(Map.of("a", "1", "b", "2")));
            assertFalse(sync.msetnx(Map.of("b", "3", "c", "3")));
            assertEquals(2, sync.exists("a", "b", "c"));
            List<RedisFuture<Long>> futures = new ArrayList<>();
            for (int index = 0; index < 2000; index++) {
                futures.add(connection.async().incr("n"));
            }
            assertEquals(2000, futures.getLast().get(60, TimeUnit.SECONDS));
            assertEquals(
                    Set.of("a", "b", "n"),
                    new HashSet<>(sync.scan(ScanArgs.Builder.limit(1000)).getKeys()));
            assertEquals("lettuce-test", sync.clientGetname());
            assertEquals("PONG", sync.ping());
        } finally {
            client.shutdown(0, 10, TimeUnit.SECONDS);
        }
    }
}
