package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.quern.guest.Buffer;
import dev.quern.guest.Bytes;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Functions in Java that call functions, and ask for random bytes: as {@link NestedCallTest} has it of modules. */
class JavaNestedCallTest extends RuntimeTest {
    /** Calls the function of argument 0 with the other arguments. */
    private static final class Caller implements Entries {
        private static final Bytes KEY = Buffer.of("caller");
        private static final Bytes VALUE = Buffer.of("was here");

        private final View name = new View();
        private final View argument = new View();
        private final View answer = new View();
        private final Buffer list = new Buffer(4096);
        private final Buffer head = new Buffer(12);

        @Override
        public Map<String, Entry> entries() {
            return Map.of(
                    "pass",
                    this::pass,
                    "swallow",
                    this::swallow,
                    "random",
                    this::random,
                    "eavesdrop",
                    call -> call.callReply(answer) == Call.NOT_FOUND && call.callResult() == 0 ? 0 : 1);
        }

        private int forward(Call call) {
            call.put(Call.TABLE, KEY, VALUE);
            call.argument(0, name);
            list.list();
            for (int i = 1; i < call.argumentCount(); i++) {
                call.argument(i, argument);
                list.item(argument);
            }
            return call.call(name, list);
        }

        /** Replies status, result, the reply's length and the reply. */
        private int pass(Call call) {
            int status = forward(call);
            int length = call.callReply(answer);
            call.reply(
                    head.clear().appendInt(status).appendInt(call.callResult()).appendInt(length));
            return length > 0 ? call.reply(answer) : 0;
        }

        private int swallow(Call call) {
            try {
                return forward(call);
            } catch (RuntimeException caught) {
                return 0;
            }
        }

        private int random(Call call) {
            call.argument(0, argument);
            Buffer target = new Buffer(argument.getInt(0));
            call.random(target, argument.getInt(0));
            return call.reply(target);
        }
    }

    @Override
    String runtime() {
        return "java";
    }

    private void register(String name, Entry entry) throws FunctionRefusedException {
        rig.functions()
                .register(rig.tenant(), Rig.patient(name).withRuntime("java"), () -> () -> Map.of("run", entry), false);
    }

    @BeforeEach
    void deploy() throws FunctionRefusedException {
        rig.functions().register(rig.tenant(), Rig.patient("a").withRuntime("java"), Caller::new, false);
        rig.functions().register(rig.tenant(), Rig.patient("b").withRuntime("java"), Caller::new, false);
        register("fail", call -> {
            call.put(Call.TABLE, Buffer.of("fail"), Buffer.of("x"));
            call.reply(Buffer.of("why"));
            return 77;
        });
        register("trap", call -> {
            throw new IllegalStateException("as it likes");
        });
    }

    private String passed() {
        ByteBuffer reply = worker.replyNumbers();
        String head = reply.getInt() + " " + reply.getInt() + " " + reply.getInt();
        byte[] rest = new byte[reply.remaining()];
        reply.get(rest);
        return head + " " + new String(rest, StandardCharsets.UTF_8);
    }

    @Test
    void shouldCallAnotherFunctionAndReadItsReply() throws FunctionRefusedException {
        rig.example("echo");
        rig.example("counter");
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("echo"), bytes("one "), bytes("two")));
        assertEquals("0 0 7 one two", passed());
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("counter"), bytes("n"), bytes("41")));
        assertEquals("0 0 2 41", passed());
        assertEquals("41", worker.get("n"));
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("none")));
        assertEquals(Call.NOT_FOUND + " 0 -1 ", passed());
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("b.eavesdrop")));
        assertStatus(FunctionStatus.OK, worker.call("b.eavesdrop"));
    }

    @Test
    void shouldDropWhatAFailedFunctionWroteAndNothingElse() {
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("fail")));
        assertEquals(Call.FAILED + " 77 3 why", passed());
        assertNull(worker.get("fail"));
        assertEquals("was here", worker.get("caller"));
        rig.functions().pause(rig.tenant(), "fail");
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("fail")));
        assertEquals(Call.PAUSED + " 0 -1 ", passed());
    }

    @Test
    void shouldEndTheWholeCallWhenACalledFunctionTraps() {
        for (String entry : new String[] {"pass", "swallow"}) {
            assertStatus(FunctionStatus.TRAPPED, worker.call("a." + entry, bytes("b.swallow"), bytes("trap")));
            assertMentions("function=a." + entry, "b.swallow: trap: ", "as it likes");
            assertNull(worker.get("caller"));
        }
        assertStatus(FunctionStatus.TRAPPED, worker.call("a.pass", bytes("a.swallow")));
        assertMentions("a.pass, of the same module, is running");
    }

    @Test
    void shouldNotCallAcrossRuntimes() throws FunctionRefusedException {
        rig.functions()
                .deploy(rig.tenant(), Rig.patient("m").withRuntime("chicory"), Rig.module("examples/echo"), false);
        assertStatus(FunctionStatus.TRAPPED, worker.call("a.pass", bytes("m")));
        assertMentions("it runs on chicory and its caller on java");
    }

    @Test
    void shouldGiveRandomBytes() {
        assertStatus(FunctionStatus.OK, worker.call("a.random", Rig.number(16)));
        byte[] first = worker.reply();
        assertStatus(FunctionStatus.OK, worker.call("a.random", Rig.number(16)));
        assertEquals(16, worker.reply().length);
        assertNotEquals(ByteBuffer.wrap(first), ByteBuffer.wrap(worker.reply()));
        assertStatus(FunctionStatus.OK, worker.call("a.random", Rig.number(65_536)));
        assertStatus(FunctionStatus.TRAPPED, worker.call("a.random", Rig.number(65_537)));
        assertMentions("random with length=65537", "65536");
        assertStatus(FunctionStatus.OK, worker.call("a.random", Rig.number(0)));
        assertArrayEquals(new byte[0], worker.reply());
    }
}
