package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.Functions;
import dev.quern.server.Await;
import dev.quern.server.TestModules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions from their loading to their end, and everything that can go wrong in between. */
@Timeout(60)
class RespFunctionsTest {
    private static final String OK = "+OK\r\n";

    private static RespRig rig;
    private RespSocket socket;

    @BeforeAll
    static void start() throws IOException {
        rig = RespRig.open(2);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @BeforeEach
    void connect() throws IOException {
        socket = rig.connect();
    }

    @AfterEach
    void disconnect() throws IOException {
        socket.call("FUNCTION", "FLUSH");
        socket.call("FLUSHALL");
        socket.close();
    }

    private static byte[] load(String line, byte[] module, String... options) {
        byte[][] words = new byte[3 + options.length][];
        words[0] = RespSocket.bytes("FUNCTION");
        words[1] = RespSocket.bytes("LOAD");
        for (int index = 0; index < options.length; index++) {
            words[2 + index] = RespSocket.bytes(options[index]);
        }
        words[words.length - 1] = RespRig.payload(line, module);
        return RespSocket.command(words);
    }

    private String loaded(String line, byte[] module, String... options) throws IOException {
        socket.send(load(line, module, options));
        return socket.reply();
    }

    @Test
    void shouldLoadCallListReplaceAndDelete() throws IOException {
        assertEquals("$7\r\ncounter\r\n", loaded("#!wasm name=counter", RespRig.example("counter")));
        assertEquals("$1\r\n5\r\n", socket.call("FCALL", "counter", "1", "visits", "5"));
        assertEquals("$1\r\n7\r\n", socket.call("FCALL", "counter.run", "0", "visits", "2"));
        assertEquals("$1\r\n7\r\n", socket.call("GET", "visits"));

        String list = socket.call("FUNCTION", "LIST", "LIBRARYNAME", "c*", "WITHCODE");
        assertTrue(
                list.startsWith("*1\r\n*8\r\n$12\r\nlibrary_name\r\n$7\r\ncounter\r\n$6\r\nengine\r\n$4\r\nWASM\r\n"),
                list);
        assertTrue(list.contains("counter.run"), list);
        assertEquals("*0\r\n", socket.call("FUNCTION", "LIST", "LIBRARYNAME", "x*"));
        String stats = socket.call("FUNCTION", "STATS");
        assertTrue(stats.startsWith("*4\r\n$14\r\nrunning_script\r\n$-1\r\n$7\r\nengines\r\n"), stats);
        assertTrue(stats.endsWith("libraries_count\r\n:1\r\n$15\r\nfunctions_count\r\n:1\r\n"), stats);

        assertEquals(
                "-ERR Library 'counter' already exists\r\n", loaded("#!wasm name=counter", RespRig.example("echo")));
        assertEquals("$7\r\ncounter\r\n", loaded("#!wasm name=counter", RespRig.example("echo"), "REPLACE"));
        assertEquals("$4\r\nab\0c\r\n", socket.call("FCALL", "counter", "1", "ab", "\0c"));
        assertEquals(OK, socket.call("FUNCTION", "DELETE", "counter"));
        assertEquals("-ERR Function not found\r\n", socket.call("FCALL", "counter", "0"));
        assertEquals("-ERR Library not found\r\n", socket.call("FUNCTION", "DELETE", "counter"));
    }

    @Test
    void shouldReplyNilWhenTheFunctionSaysNothing() throws IOException {
        loaded("#!wasm name=noop", RespRig.example("noop"));
        assertEquals("$-1\r\n", socket.call("FCALL", "noop", "0"));
        assertEquals("$-1\r\n", socket.call("FCALL_RO", "noop", "0"));
        socket.call("HELLO", "3");
        assertEquals("_\r\n", socket.call("FCALL", "noop", "0"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '~',
            value = {
                "FCALL none 0@-ERR Function not found",
                "FCALL noop x@-ERR Bad number of keys provided",
                "FCALL noop -1@-ERR Number of keys can't be negative",
                "FCALL noop 2 a@-ERR Number of keys can't be greater than number of args",
                "FCALL noop@-ERR wrong number of arguments for 'fcall' command",
                "FUNCTION NONSENSE@-ERR unknown subcommand 'NONSENSE'. Try FUNCTION HELP.",
                "FUNCTION LOAD@-ERR wrong number of arguments for 'function|load' command",
                "FUNCTION LOAD OTHER x@-ERR Unknown option given: OTHER",
                "FUNCTION LOAD x@-ERR Missing library metadata",
                "FUNCTION LIST NONSENSE@-ERR Unknown argument NONSENSE",
                "FUNCTION LIST LIBRARYNAME@-ERR library name argument was not given",
                "FUNCTION DELETE@-ERR wrong number of arguments for 'function|delete' command",
                "FUNCTION FLUSH NONSENSE@-ERR FUNCTION FLUSH only supports SYNC|ASYNC option",
                "FUNCTION KILL@-NOTBUSY No scripts in execution right now.",
            })
    void shouldSayWhatIsWrongWithACall(String command, String error) throws IOException {
        loaded("#!wasm name=noop", RespRig.example("noop"));
        assertEquals(error + "\r\n", socket.call(command.split(" ")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "#!lua name=x;Engine 'lua' not found",
                "#!wasm;Library name was not given",
                "#!wasm name=x name=y;Invalid metadata value, name argument was given multiple times",
                "#!wasm name=x nonsense;Invalid metadata value given: nonsense",
                "#!wasm name=x color=red;Invalid metadata value given: color=red",
                "#!wasm name=x readonly=maybe;readonly is yes or no, not maybe",
                "#!wasm name=x timeout-ms=soon;timeout-ms",
                "#!wasm name=x calibrate=a,hex:0;hex:0",
                "#!wasm name=x timeout-ms=999999;10",
                "#!wasm name=x memory-pages=-1;memory",
                "#!wasm name=x target-p99-us=0;target-p99-us",
                "#!wasm name=x runtime=lua;lua",
                "#!wasm name=2x;name",
                "#!wasm name=a.b;name",
            })
    void shouldSayWhatIsWrongWithAFirstLine(String line, String reason) throws IOException {
        String reply = loaded(line, RespRig.example("noop"));
        assertTrue(reply.startsWith("-ERR ") && reply.contains(reason), reply);
        assertEquals(reply.length() - 2, reply.indexOf("\r\n"), "one line");
        assertEquals("*0\r\n", socket.call("FUNCTION", "LIST"));
    }

    @Test
    void shouldRefuseWhatIsNoModuleOrWantsTooMuch() throws IOException {
        assertTrue(loaded("#!wasm name=x", RespSocket.bytes("no module")).startsWith("-ERR x: "));
        assertTrue(loaded("#!wasm name=x", new byte[0]).startsWith("-ERR x: "));
        String strange = loaded("#!wasm name=x", TestModules.STRANGER);
        assertTrue(strange.startsWith("-ERR x: ") && strange.contains("host.fopen"), strange);
        byte[] cut = Arrays.copyOf(TestModules.COUNT, TestModules.COUNT.length - 9);
        assertTrue(loaded("#!wasm name=x", cut).startsWith("-ERR x: "));
        assertTrue(loaded("#!wasm name=x", TestModules.padded(TestModules.COUNT, 5 << 20))
                .contains("limit"));
        assertEquals("*0\r\n", socket.call("FUNCTION", "LIST"));
        assertEquals("$1\r\nx\r\n", loaded("#!wasm name=x", TestModules.COUNT));
    }

    @Test
    void shouldSayHowACallFailed() throws IOException {
        loaded("#!wasm name=count", TestModules.COUNT);
        loaded("#!wasm name=trap", TestModules.TRAP);
        loaded("#!wasm name=spin timeout-ms=5 calibrate=hex:00ff,text", TestModules.SPIN);
        loaded("#!wasm name=reader readonly=yes", TestModules.COUNT);
        assertEquals("-ERR count.fail returned 7\r\n", socket.call("FCALL", "count.fail", "0"));
        assertTrue(socket.call("FCALL", "trap", "0").startsWith("-ERR function trapped: tenant=0, function=trap"));
        assertTrue(socket.call("FCALL", "spin", "0")
                .startsWith("-ERR function over its deadline: tenant=0, function=spin"));
        assertTrue(socket.call("FCALL", "reader.run", "0").startsWith("-ERR "));
        assertTrue(socket.call("FCALL_RO", "count.run", "0").startsWith("-ERR "));
        assertEquals("$-1\r\n", socket.call("GET", "calls"), "nothing of it was written");
        assertEquals(8, body(socket.call("FCALL", "count", "0")).length());
        assertEquals("$1\r\n1\r\n", socket.call("GET", "calls"));
    }

    @Test
    void shouldAskToTryAgainWhileAFunctionIsPaused() throws IOException {
        loaded("#!wasm name=counter", RespRig.example("counter"));
        Functions functions = rig.server().functions();
        Tenant tenant = Objects.requireNonNull(rig.server().store().tenant("default"));
        assertTrue(functions.pause(tenant, "counter"));
        assertEquals(
                "-TRYAGAIN counter is paused; call again when it was resumed (fn resume)\r\n",
                socket.call("FCALL", "counter", "1", "n", "1"));
        assertTrue(functions.resume(tenant, "counter"));
        assertEquals("$1\r\n1\r\n", socket.call("FCALL", "counter", "1", "n", "1"));
    }

    private static String body(String bulk) {
        return bulk.substring(bulk.indexOf('\n') + 1, bulk.length() - 2);
    }

    /** Whichever cores the connections are on: one runs, the other tells of it and ends it. */
    @RepeatedTest(5)
    void shouldShowWhatRunsAndKillIt() throws IOException {
        shouldKill(rig, socket);
    }

    /** Nobody else has time to serve the other connection. */
    @Test
    void shouldShowWhatRunsAndKillItOnItsOwnCore() throws IOException {
        try (RespRig alone = RespRig.open();
                RespSocket other = alone.connect()) {
            shouldKill(alone, other);
            assertEquals("-NOTBUSY No scripts in execution right now.\r\n", other.call("FUNCTION", "KILL"));
        }
    }

    /** As at Redis: who has to wait on a connection sends no more. Together they ask for five times what may wait in a queue. */
    @Test
    void shouldRefuseNothingToManyConnectionsOfOneCore() throws IOException {
        try (RespRig alone = RespRig.open();
                RespSocket first = alone.connect()) {
            first.send(load("#!wasm name=spin timeout-ms=5", TestModules.SPIN));
            assertEquals("$4\r\nspin\r\n", first.reply());
            List<RespSocket> callers = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    callers.add(alone.connect());
                }
                for (RespSocket caller : callers) {
                    caller.send(RespSocket.command("FCALL", "spin", "0"));
                }
                for (RespSocket caller : callers) {
                    String reply = caller.reply();
                    assertTrue(reply.startsWith("-ERR function over its deadline"), reply);
                }
            } finally {
                for (RespSocket caller : callers) {
                    caller.close();
                }
            }
        }
    }

    private static void shouldKill(RespRig rig, RespSocket other) throws IOException {
        other.send(load("#!wasm name=spin timeout-ms=10000", TestModules.SPIN));
        assertEquals("$4\r\nspin\r\n", other.reply());
        try (RespSocket runner = rig.connect()) {
            runner.send(RespSocket.command("FCALL", "spin", "0"));
            Await.until("it runs", () -> stats(other).contains("$4\r\nname\r\n$4\r\nspin\r\n"));
            assertEquals(OK, other.call("FUNCTION", "KILL"));
            String reply = runner.reply();
            assertTrue(reply.startsWith("-ERR function killed"), reply);
            assertEquals("+PONG\r\n", runner.call("PING"));
        }
    }

    private static String stats(RespSocket socket) {
        try {
            return socket.call("FUNCTION", "STATS");
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    /** Loading leaves the core: what the same connection asked for after it waits, in order; others do not. */
    @Test
    void shouldKeepTheOrderOfAPipelineAroundALoad() throws IOException {
        byte[] load = load("#!wasm name=counter", RespRig.example("counter"), "REPLACE");
        StringBuilder expected = new StringBuilder();
        java.io.ByteArrayOutputStream burst = new java.io.ByteArrayOutputStream();
        for (int round = 1; round <= 5; round++) {
            burst.writeBytes(RespSocket.command("INCR", "n"));
            burst.writeBytes(load);
            burst.writeBytes(RespSocket.command("FCALL", "counter", "1", "n", "10"));
            burst.writeBytes(RespSocket.command("FUNCTION", "DELETE", "counter"));
            burst.writeBytes(RespSocket.command("FCALL", "counter", "1", "n", "10"));
            String sum = Integer.toString(11 * round);
            expected.append(":")
                    .append(11 * round - 10)
                    .append("\r\n$7\r\ncounter\r\n$")
                    .append(sum.length())
                    .append("\r\n")
                    .append(sum)
                    .append("\r\n+OK\r\n-ERR Function not found\r\n");
        }
        try (RespSocket other = rig.connect()) {
            socket.send(burst.toByteArray());
            for (int count = 0; count < 50; count++) {
                assertEquals("+PONG\r\n", other.call("PING"));
            }
        }
        StringBuilder got = new StringBuilder();
        for (int count = 0; count < 25; count++) {
            got.append(socket.reply());
        }
        assertEquals(expected.toString(), got.toString());
    }

    @Test
    void shouldForgetWhoLeavesWhileLoading() throws IOException {
        try (RespSocket leaving = rig.connect()) {
            leaving.send(load("#!wasm name=noop", RespRig.example("noop")));
            leaving.send(RespSocket.command("SET", "after", "1"));
            leaving.reset();
        }
        assertEquals("+PONG\r\n", socket.call("PING"));
    }

    @Test
    void shouldPassLargeArgumentsAndReplies() throws IOException {
        loaded("#!wasm name=echo", RespRig.example("echo"));
        byte[] large = new byte[1 << 20];
        new java.util.Random(3).nextBytes(large);
        String reply = socket.call(
                RespSocket.bytes("FCALL"),
                RespSocket.bytes("echo"),
                RespSocket.bytes("1"),
                large,
                RespSocket.bytes("end"));
        assertEquals("$1048579\r\n" + new String(large, StandardCharsets.ISO_8859_1) + "end\r\n", reply);
    }

    @Test
    void shouldRunInTheSelectedTable() throws IOException {
        loaded("#!wasm name=counter", RespRig.example("counter"));
        assertEquals(OK, socket.call("SELECT", "5"));
        assertEquals("$1\r\n1\r\n", socket.call("FCALL", "counter", "1", "n", "1"));
        assertEquals(":1\r\n", socket.call("DBSIZE"));
        assertEquals(OK, socket.call("SELECT", "0"));
        assertEquals(":0\r\n", socket.call("DBSIZE"));
    }
}
