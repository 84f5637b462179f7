package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.WhenFull;
import dev.quern.server.TenantSettings;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may do what: nothing before a tenant is named, and never another tenant's. */
@Timeout(60)
class RespTenantsTest {
    private static final String WRONG = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
    private static final String OK = "+OK\r\n";

    private static RespRig rig;

    @BeforeAll
    static void start() throws IOException {
        rig = RespRig.with(
                TenantSettings.of("default", "main"),
                TenantSettings.of("acme", "secret"),
                new TenantSettings("small", "s", TenantSettings.QUOTA_BYTES_MIN, WhenFull.REFUSE),
                new TenantSettings("cache", "c", TenantSettings.QUOTA_BYTES_MIN, WhenFull.EVICT));
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @ParameterizedTest
    @EnumSource(Command.class)
    void shouldDoNothingForWhoIsNobody(Command command) throws IOException {
        try (RespSocket socket = rig.connect()) {
            String[] words = new String[Math.abs(command.arity())];
            java.util.Arrays.fill(words, "x");
            words[0] = command.name();
            String reply = socket.call(words);
            if (command.needsTenant()) {
                assertEquals("-NOAUTH Authentication required.\r\n", reply);
            } else {
                assertFalse(reply.startsWith("-NOAUTH Authentication"), reply);
            }
        }
    }

    @Test
    void shouldKnowTenantsByNameAndSecret() throws IOException {
        try (RespSocket socket = rig.connect()) {
            assertEquals(WRONG, socket.call("AUTH", "nonsense"));
            assertEquals(WRONG, socket.call("AUTH", "acme", "main"));
            assertEquals(WRONG, socket.call("AUTH", "nobody", "secret"));
            assertEquals(WRONG, socket.call("AUTH", "acme", ""));
            assertEquals("-NOAUTH Authentication required.\r\n", socket.call("GET", "k"));
            assertEquals(OK, socket.call("AUTH", "acme", "secret"));
            assertEquals(OK, socket.call("SET", "k", "acme's"));
            assertEquals(OK, socket.call("AUTH", "main"));
            assertEquals("$-1\r\n", socket.call("GET", "k"));
            assertEquals(WRONG, socket.call("AUTH", "acme", "wrong"));
            assertEquals(":0\r\n", socket.call("DBSIZE"), "still the default tenant");
            assertEquals(OK, socket.call("AUTH", "acme", "secret"));
            assertEquals("$6\r\nacme's\r\n", socket.call("GET", "k"));
            assertEquals("+RESET\r\n", socket.call("RESET"));
            assertEquals("-NOAUTH Authentication required.\r\n", socket.call("GET", "k"));
        }
    }

    @Test
    void shouldGreetWhoSaysWhoItIs() throws IOException {
        try (RespSocket socket = rig.connect()) {
            assertTrue(socket.call("HELLO", "3").startsWith("-NOAUTH HELLO must be called with the client already"));
            assertEquals(WRONG, socket.call("HELLO", "3", "AUTH", "acme", "main"));
            assertEquals("-NOPROTO unsupported protocol version\r\n", socket.call("HELLO", "4"));
            String hello = socket.call("HELLO", "3", "AUTH", "acme", "secret", "SETNAME", "me");
            assertTrue(hello.startsWith("%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n"), hello);
            assertEquals("$2\r\nme\r\n", socket.call("CLIENT", "GETNAME"));
            assertEquals("_\r\n", socket.call("GET", "nothing"));
            assertTrue(socket.call("HELLO", "2").startsWith("*14\r\n"));
            assertEquals("$-1\r\n", socket.call("GET", "nothing"));
        }
    }

    @Test
    void shouldKeepTenantsApart() throws IOException {
        try (RespSocket acme = rig.connect();
                RespSocket main = rig.connect()) {
            acme.call("AUTH", "acme", "secret");
            main.call("AUTH", "main");
            assertEquals(OK, acme.call("SELECT", "3"));
            assertEquals(OK, acme.call("SET", "hidden", "1"));
            assertEquals(OK, main.call("SELECT", "3"));
            assertEquals("*0\r\n", main.call("KEYS", "*"));
            assertEquals(":0\r\n", main.call("EXISTS", "hidden"));
            assertEquals("*2\r\n$1\r\n0\r\n*0\r\n", main.call("SCAN", "0", "COUNT", "10000"));
            assertEquals(OK, main.call("FLUSHALL"));
            assertEquals("$1\r\n1\r\n", acme.call("GET", "hidden"));
            assertEquals(
                    "$4\r\nnoop\r\n",
                    acme.call(
                            RespSocket.bytes("FUNCTION"),
                            RespSocket.bytes("LOAD"),
                            RespRig.payload("#!wasm name=noop", RespRig.example("noop"))));
            assertEquals("*0\r\n", main.call("FUNCTION", "LIST"));
            assertEquals("-ERR Function not found\r\n", main.call("FCALL", "noop", "0"));
            assertEquals("-ERR Library not found\r\n", main.call("FUNCTION", "DELETE", "noop"));
            assertEquals(OK, main.call("FUNCTION", "FLUSH"));
            assertEquals("-NOTBUSY No scripts in execution right now.\r\n", main.call("FUNCTION", "KILL"));
            assertTrue(acme.call("FUNCTION", "LIST").startsWith("*1\r\n"));
            assertFalse(main.call("CLIENT", "LIST").contains("user=acme"), "others' connections");
            assertFalse(main.call("INFO").contains("hidden"));
            assertEquals(OK, acme.call("FUNCTION", "DELETE", "noop"));
        }
    }

    @Test
    void shouldBoundWhatNobodyMaySend() throws IOException {
        try (RespSocket socket = rig.connect()) {
            socket.send("*11\r\n");
            assertEquals("-ERR Protocol error: unauthenticated multibulk length\r\n", socket.rest());
        }
        try (RespSocket socket = rig.connect()) {
            socket.send("*2\r\n$4\r\nAUTH\r\n$16385\r\n");
            assertEquals("-ERR Protocol error: unauthenticated bulk length\r\n", socket.rest());
        }
    }

    @Test
    void shouldSayWhenTheQuotaIsUsedUp() throws IOException {
        String full = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
        String value = "v".repeat(10_000);
        try (RespSocket socket = rig.connect()) {
            socket.call("AUTH", "small", "s");
            String reply = OK;
            for (int key = 0; reply.equals(OK); key++) {
                assertTrue(key < 1000);
                reply = socket.call("SET", "k" + key, value);
            }
            assertEquals(full, reply);
            assertEquals(full, socket.call("MSET", "a", value, "b", value));
            assertEquals(full, socket.call("GETSET", "k0", value + value));
            assertEquals(full, socket.call("SETNX", "new", value));
            assertEquals("$10000\r\n" + value + "\r\n", socket.call("GET", "k0"));
            assertEquals(":2\r\n", socket.call("DEL", "k0", "k1"));
            assertEquals(OK, socket.call("SET", "small", "v"));
            assertEquals(full, socket.call("MSET", "a", value, "b", value, "c", value));
            // In one burst: what was cleared is free for the next command.
            socket.send(RespSocket.command("FLUSHDB"));
            socket.send(RespSocket.command("SET", "large", value + value));
            assertEquals(OK, socket.reply());
            assertEquals(OK, socket.reply());
        }
    }

    @Test
    void shouldEvictWhereTheTenantSaysSo() throws IOException {
        String value = "v".repeat(10_000);
        try (RespSocket socket = rig.connect()) {
            socket.call("AUTH", "cache", "c");
            for (int key = 0; key < 1000; key++) {
                assertEquals(OK, socket.call("SET", "k" + key, value), "key " + key);
            }
            assertEquals("$10000\r\n" + value + "\r\n", socket.call("GET", "k999"));
            assertEquals("$-1\r\n", socket.call("GET", "k0"));
            assertTrue(socket.call("CONFIG", "GET", "maxmemory-policy").contains("allkeys-lfu"));
            String stats = socket.call("INFO", "stats");
            assertTrue(stats.contains("evicted_keys:9"), stats);
            assertEquals(OK, socket.call("SELECT", "1"));
            for (int key = 0; key < 300; key++) {
                assertEquals(OK, socket.call("SET", "k" + key, value), "key " + key);
            }
        }
        try (RespSocket socket = rig.connect()) {
            socket.call("AUTH", "small", "s");
            assertTrue(socket.call("CONFIG", "GET", "maxmemory-policy").contains("noeviction"));
        }
    }
}
