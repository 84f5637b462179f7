package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions that call functions, and what else came to the intrinsics with them. A subclass names its runtime. */
abstract class NestedCallTest extends RuntimeTest {
    private static final byte[] CALLING = Rig.module("hostile/calling");
    private static final byte[] NONE = {};

    private void deploy(String... names) throws FunctionRefusedException {
        for (String name : names) {
            rig.functions().deploy(rig.tenant(), Rig.patient(name), CALLING, true);
        }
    }

    /** Status, result and reply as {@code pass} tells them. */
    private String passed() {
        ByteBuffer reply = worker.replyNumbers();
        String head = reply.getInt() + " " + reply.getInt() + " " + reply.getInt();
        byte[] rest = new byte[reply.remaining()];
        reply.get(rest);
        return head + " " + new String(rest, StandardCharsets.UTF_8);
    }

    @Test
    void shouldCallAnotherFunctionAndReadItsReply() throws FunctionRefusedException {
        deploy("a");
        rig.example("echo");
        rig.example("counter");
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("echo"), bytes("one "), bytes("two")));
        assertEquals("0 0 7 one two", passed());
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("echo.run")));
        assertEquals("0 0 -1 ", passed());
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("counter"), bytes("n"), bytes("41")));
        assertEquals("0 0 2 41", passed());
        assertStatus(FunctionStatus.OK, worker.call("a.tail", bytes("counter"), bytes("n"), bytes("1")));
        assertEquals("42", worker.replyText());
        assertEquals("42", worker.get("n"));
    }

    @Test
    void shouldTellWhatCannotBeCalled() throws FunctionRefusedException {
        deploy("a", "b");
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("none")));
        assertEquals(StoreStatus.NOT_FOUND + " 0 -1 ", passed());
        rig.functions().pause(rig.tenant(), "b");
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("b.write")));
        assertEquals(FunctionStatus.PAUSED + " 0 -1 ", passed());
        Tenant other = rig.store().createTenant("other", TenantConfig.defaults());
        rig.functions().deploy(other, Rig.patient("theirs"), CALLING, false);
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("theirs.write")));
        assertEquals(StoreStatus.NOT_FOUND + " 0 -1 ", passed());
    }

    @Test
    void shouldDropWhatAFailedFunctionWroteAndNothingElse() throws FunctionRefusedException {
        deploy("a", "b", "c");
        worker.put("k2", "before");
        assertStatus(FunctionStatus.OK, worker.call("a.around", bytes("b.meddle"), number(5)));
        assertEquals("mine;mine;;", worker.replyText());
        assertEquals("mine!", worker.get("k1"));
        assertEquals("mine", worker.get("k2"));
        assertNull(worker.get("k3"));
        // By way of another that fails as well, and one that does not.
        assertStatus(FunctionStatus.OK, worker.call("a.around", bytes("b.tail"), bytes("c.meddle"), number(5)));
        assertEquals("mine;mine;;", worker.replyText());
        assertStatus(FunctionStatus.OK, worker.call("a.around", bytes("b.pass"), bytes("c.meddle"), number(5)));
        assertEquals("mine;mine;;", worker.replyText());
        assertStatus(FunctionStatus.OK, worker.call("a.around", bytes("b.pass"), bytes("c.meddle"), number(0)));
        assertEquals("another;;new;", worker.replyText());
        assertEquals("mine!", worker.get("k1"));
        assertNull(worker.get("k2"));
        assertEquals("new", worker.get("k3"));
    }

    @Test
    void shouldTellTheResultAndReplyOfAFailedFunction() throws FunctionRefusedException {
        deploy("a", "b");
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("b.write"), bytes("k"), bytes("v"), number(77)));
        assertEquals(FunctionStatus.FAILED + " 77 1 v", passed());
        assertNull(worker.get("k"));
        assertStatus(
                FunctionStatus.FAILED, worker.call("a.tail", bytes("b.write"), bytes("k"), bytes("v"), number(77)));
        assertEquals(77, worker.outcome().resultCode());
        assertEquals("v", worker.replyText());
    }

    @Test
    void shouldDropEverythingWhenACalledFunctionTraps() throws FunctionRefusedException {
        deploy("a", "b", "c");
        for (int i = 0; i < 3; i++) {
            assertStatus(FunctionStatus.TRAPPED, worker.call("a.around", bytes("b.tail"), bytes("c.trap")));
            assertMentions("function=a.around", "b.tail: c.trap: ");
            assertNull(worker.get("k1"));
            assertNull(worker.get("trapped"));
            assertStatus(
                    FunctionStatus.OK,
                    worker.call("a.pass", bytes("b.tail"), bytes("c.write"), bytes("k"), bytes("v"), number(0)));
            assertEquals("0 0 1 v", passed());
        }
    }

    @Test
    void shouldEndTheWholeCallAtItsDeadline() throws FunctionRefusedException {
        deploy("a", "b");
        for (int i = 0; i < 10; i++) {
            assertStatus(FunctionStatus.DEADLINE, worker.call("a.around", false, 1_000 + i * 500, bytes("b.spin")));
            assertMentions("function=a.around", "limitUs=" + (1_000 + i * 500));
            assertNull(worker.get("k1"));
            assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("b.write"), bytes("k"), bytes("v"), number(0)));
        }
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void shouldCallSoDeepAndNoDeeper() throws FunctionRefusedException {
        String[] names = new String[Limits.CALL_DEPTH_MAX + 2];
        byte[][] chain = new byte[Limits.CALL_DEPTH_MAX + 1][];
        for (int i = 0; i < names.length; i++) {
            names[i] = "f" + i;
        }
        deploy(names);
        for (int i = 0; i < chain.length; i++) {
            chain[i] = bytes("f" + (i + 1) + ".tail");
        }
        assertStatus(FunctionStatus.TRAPPED, worker.call("f0.tail", chain));
        assertMentions(Limits.CALL_DEPTH_MAX + " deep at most");
        byte[][] allowed = java.util.Arrays.copyOf(chain, Limits.CALL_DEPTH_MAX);
        allowed[allowed.length - 1] = bytes("f9.eavesdrop");
        assertStatus(FunctionStatus.OK, worker.call("f0.tail", allowed));
    }

    @Test
    void shouldNotEnterAModuleTwice() throws FunctionRefusedException {
        deploy("a", "b");
        assertStatus(FunctionStatus.TRAPPED, worker.call("a.pass", bytes("a.write")));
        assertMentions("a.pass called a.write: a.pass, of the same module, is running");
        assertStatus(FunctionStatus.TRAPPED, worker.call("a.tail", bytes("b.tail"), bytes("a.write")));
        assertMentions("a.tail, of the same module, is running");
        assertStatus(FunctionStatus.OK, worker.call("a.pass", bytes("b.write"), bytes("k"), bytes("v"), number(0)));
    }

    @Test
    void shouldNotCallAcrossRuntimes() throws FunctionRefusedException {
        deploy("a");
        String other = runtime().equals("chicory") ? "graalwasm" : "chicory";
        rig.functions().deploy(rig.tenant(), Rig.patient("b").withRuntime(other), CALLING, false);
        assertStatus(FunctionStatus.TRAPPED, worker.call("a.pass", bytes("b.write")));
        assertMentions("it runs on " + other + " and its caller on " + runtime());
        assertStatus(FunctionStatus.OK, worker.call("b.write", bytes("k"), bytes("v"), number(0)));
    }

    @Test
    void shouldKeepWhatIsTheCallersFromTheCalled() throws FunctionRefusedException {
        Table ordered =
                rig.tenant().createTable("ordered", TableConfig.defaults().withKind(TableKind.ORDERED));
        for (String key : new String[] {"x", "y", "z"}) {
            worker.put(ordered, bytes(key), NONE);
        }
        deploy("a", "b");
        assertStatus(FunctionStatus.OK, worker.call("a.walk", bytes("b.walk")));
        assertEquals("xyz", worker.replyText());
        assertStatus(FunctionStatus.TRAPPED, worker.call("a.walk", bytes("b.steal")));
        assertMentions("range cursor 0 is not open");
        assertStatus(FunctionStatus.OK, worker.call("a.walk", bytes("b.eavesdrop")));
        assertStatus(FunctionStatus.OK, worker.call("a.eavesdrop"));
    }

    @Test
    void shouldHoldTheCalledToWhatItMay() throws FunctionRefusedException {
        deploy("a", "b");
        rig.functions().deploy(rig.tenant(), Rig.patient("reads").withReadOnly(true), CALLING, false);
        assertStatus(
                FunctionStatus.READ_ONLY,
                worker.call("a.pass", bytes("reads.write"), bytes("k"), bytes("v"), number(0)));
        assertStatus(
                FunctionStatus.READ_ONLY,
                worker.call("reads.pass", bytes("b.write"), bytes("k"), bytes("v"), number(0)));
        assertNull(worker.get("k"));
        // What a read-only function leaves behind it: its caller may write.
        rig.functions()
                .deploy(rig.tenant(), Rig.patient("sees").withReadOnly(true), Rig.module("examples/echo"), false);
        assertStatus(FunctionStatus.OK, worker.call("a.around", bytes("sees"), bytes("x")));
        assertEquals("mine!", worker.get("k1"));
    }

    @Test
    void shouldTrapOnListsAndAddressesThatAreNone() throws FunctionRefusedException {
        deploy("a", "x");
        worker.put("record", "value");
        for (String entry : new String[] {"bad_list", "bad_name", "bad_result"}) {
            assertStatus(FunctionStatus.TRAPPED, worker.call("a." + entry));
        }
        assertEquals("value", worker.get("record"));
    }

    @Test
    void shouldConflictOnWhatTheCalledRead() throws FunctionRefusedException {
        deploy("a");
        rig.example("counter");
        Crew.run(rig, 3, (second, core) -> {
            for (int i = 0; i < 200; i++) {
                int status;
                do {
                    status = second.call("a.tail", bytes("counter"), bytes("n"), bytes("1"));
                } while (status == FunctionStatus.CONFLICT);
                assertEquals(FunctionStatus.OK, status, () -> second.outcome().error());
            }
        });
        assertEquals("600", worker.get("n"));
    }

    @Test
    void shouldGiveRandomBytes() throws FunctionRefusedException {
        deploy("a");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            assertStatus(FunctionStatus.OK, worker.call("a.random"));
            assertEquals(16, worker.reply().length);
            assertTrue(seen.add(new String(worker.reply(), StandardCharsets.ISO_8859_1)));
        }
        assertStatus(FunctionStatus.OK, worker.call("a.random_many", number(65_536)));
        assertNotEquals(FunctionStatus.OK, worker.call("a.random_many", number(65_537)));
        assertMentions("random with length=65537", "65536");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rust", "assemblyscript"})
    void shouldBeCalledFromOtherLanguagesAlike(String language) throws FunctionRefusedException {
        deploy("c");
        rig.functions().deploy(rig.tenant(), Rig.patient("l"), Rig.module("hostile/" + language + "/calling"), false);
        byte[][][] calls = {
            {bytes("none")},
            {bytes("c.write"), bytes("k"), bytes("v"), number(77)},
            {bytes("c.write"), bytes("k"), bytes("v"), number(0)},
            {bytes("c.eavesdrop")},
            {bytes("c.write"), bytes("k"), new byte[3000], number(1)}
        };
        deploy("same");
        for (byte[][] call : calls) {
            assertStatus(FunctionStatus.OK, worker.call("same.pass", call));
            String expected = passed();
            assertStatus(FunctionStatus.OK, worker.call("l.pass", call));
            assertEquals(expected, passed());
        }
        assertStatus(FunctionStatus.OK, worker.call("l.random"));
        String first = new String(worker.reply(), StandardCharsets.ISO_8859_1);
        assertEquals(16, first.length());
        assertStatus(FunctionStatus.OK, worker.call("l.random"));
        assertNotEquals(first, new String(worker.reply(), StandardCharsets.ISO_8859_1));
    }
}
