package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.server.Await;
import dev.quern.server.TestModules;
import dev.quern.server.loop.Counter;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands that come to a server's only core in the midst of a function that another connection called. */
@Timeout(60)
class RespInterludeTest {
    private RespRig rig;
    private RespSocket caller;
    private RespSocket other;

    @BeforeEach
    void open() throws IOException {
        rig = RespRig.open();
        caller = rig.connect();
        other = rig.connect();
        caller.send(RespSocket.command(
                RespSocket.bytes("FUNCTION"),
                RespSocket.bytes("LOAD"),
                RespRig.payload("#!wasm name=until timeout-ms=10000", TestModules.UNTIL_GO)));
        assertEquals("$5\r\nuntil\r\n", caller.reply());
    }

    @AfterEach
    void close() throws IOException {
        caller.close();
        other.close();
        rig.close();
    }

    private long count(Counter counter) {
        return rig.server().counters().get(counter);
    }

    private void awaitInterlude() {
        long before = count(Counter.INTERLUDES);
        Await.until("no function stood still", () -> count(Counter.INTERLUDES) > before + 1);
    }

    @Test
    void shouldAnswerShortCommandsInTheMidstOfAFunction() throws IOException {
        caller.send("SET k v\r\nFCALL until 0\r\nGET k\r\nPING\r\n");
        assertEquals("+OK\r\n", caller.reply());
        awaitInterlude();
        for (int i = 1; i <= 100; i++) {
            assertEquals("+OK\r\n", other.call("SET", "k", "v" + i));
            assertEquals(":" + i + "\r\n", other.call("INCR", "n"));
            assertEquals(i < 10 ? "$2\r\nv" + i + "\r\n" : other.call("GET", "k"), other.call("GET", "k"));
        }
        assertEquals(":1\r\n", other.call("DEL", "k"));
        assertEquals("+OK\r\n", other.call("SET", "go", "1"));
        assertEquals("$-1\r\n", caller.reply(), "the function's");
        assertEquals("$-1\r\n", caller.reply(), "what came after it was done after it");
        assertEquals("+PONG\r\n", caller.reply());
        assertEquals("$1\r\n1\r\n", other.call("GET", "ended"));
    }

    @Test
    void shouldKeepTheOrderOfAConnectionsCommands() throws IOException {
        caller.send("FCALL until 0\r\n");
        awaitInterlude();
        other.send(
                "INCR n\r\nMULTI\r\nINCR n\r\nINCR n\r\nEXEC\r\nGET n\r\nMGET n ended\r\nFCALL until 0\r\nGET ended\r\n");
        assertEquals(":1\r\n", other.reply());
        Await.until("nothing was put off", () -> count(Counter.REQUESTS_HELD) > 0);
        try (RespSocket third = rig.connect()) {
            assertEquals("$1\r\n1\r\n", third.call("GET", "n"), "MULTI waits");
            assertEquals("+OK\r\n", third.call("SET", "go", "1"));
        }
        assertEquals("$-1\r\n", caller.reply());
        assertEquals("+OK\r\n", other.reply());
        assertEquals("+QUEUED\r\n", other.reply());
        assertEquals("+QUEUED\r\n", other.reply());
        assertEquals("*2\r\n:2\r\n:3\r\n", other.reply());
        assertEquals("$1\r\n3\r\n", other.reply());
        assertEquals("*2\r\n$1\r\n3\r\n$1\r\n1\r\n", other.reply());
        assertEquals("$-1\r\n", other.reply());
        assertEquals("$1\r\n2\r\n", other.reply());
    }

    @Test
    void shouldServeOnWhenTheCallerGoesInTheMidstOfItsFunction() throws IOException {
        caller.send("FCALL until 0\r\nFCALL until 0\r\nINCR never\r\n");
        awaitInterlude();
        caller.reset();
        assertEquals("+OK\r\n", other.call("SET", "k", "v"));
        assertEquals("+OK\r\n", other.call("SET", "go", "1"));
        assertEquals("*2\r\n$1\r\nv\r\n$-1\r\n", other.call("MGET", "k", "never"));
        caller = rig.connect();
        assertEquals("+PONG\r\n", caller.call("PING"));
    }
}
