package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import dev.quern.kvstore.TenantConfig;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every runtime does alike: what a call can do, traps, all or nothing. A subclass names its runtime. */
abstract class RuntimeConformanceTest extends RuntimeTest {
    @Test
    void shouldRunAnEntryThatDoesNothing() throws FunctionRefusedException {
        rig.example("noop");
        assertStatus(FunctionStatus.OK, worker.call("noop"));
        assertStatus(FunctionStatus.OK, worker.call("noop.run"));
        assertFalse(worker.outcome().replied());
        assertEquals(0, worker.outcome().resultCode());
        assertEquals("", worker.outcome().error());
    }

    @Test
    void shouldPassArgumentsAndReply() throws FunctionRefusedException {
        rig.example("echo");
        assertStatus(FunctionStatus.OK, worker.call("echo", bytes("one, "), bytes(""), bytes("two")));
        assertEquals("one, two", worker.replyText());
        byte[] large = new byte[100_000];
        large[77_777] = 7;
        assertStatus(FunctionStatus.OK, worker.call("echo", large));
        assertArrayEquals(large, worker.reply());
        assertStatus(FunctionStatus.OK, worker.call("echo"));
        assertEquals(0, worker.outcome().replyLength());
    }

    @Test
    void shouldCountAndMeasureArguments() throws FunctionRefusedException {
        rig.hostile("calls");
        assertStatus(FunctionStatus.OK, worker.call("calls.args", bytes("abc"), bytes("")));
        ByteBuffer reply = worker.replyNumbers();
        assertEquals(2, reply.getInt());
        assertEquals(3, reply.getInt());
        assertEquals(0, reply.getInt());
        assertEquals(StoreStatus.NOT_FOUND, reply.getInt());
        assertStatus(FunctionStatus.FAILED, worker.call("calls.arg_cut", bytes("abcdefg")));
        assertEquals(7, worker.outcome().resultCode());
        assertEquals("abcd", worker.replyText());
        assertStatus(FunctionStatus.OK, worker.call("calls.reply_empty"));
        assertTrue(worker.outcome().replied());
    }

    @Test
    void shouldRefuseArgumentsThatAreNoList() throws FunctionRefusedException {
        rig.example("noop");
        Function noop = rig.function(rig.tenant(), "noop");
        worker.call("noop", bytes("abc"));
        Invocation call = worker.outcome();
        call.set(worker.argumentsAddress(), 9, rig.tenant().defaultTable(), false, 0);
        assertTrue(worker.functionCore().invoke(noop, call, System.nanoTime(), System.currentTimeMillis()) < 0);
        assertFalse(call.error().isEmpty());
    }

    @Test
    void shouldReadRecordsInPlace() throws FunctionRefusedException {
        rig.hostile("calls");
        worker.put("key", "the value");
        assertStatus(FunctionStatus.OK, worker.call("calls.get", bytes("key")));
        assertEquals("the value", worker.replyText());
        assertStatus(FunctionStatus.FAILED, worker.call("calls.get", bytes("none")));
        assertEquals(-StoreStatus.NOT_FOUND, worker.outcome().resultCode());
    }

    @Test
    void shouldReadRecordsOfAnyLength() throws FunctionRefusedException {
        rig.hostile("calls");
        for (int length : new int[] {0, 1, 7, 8, 4096, 1 << 20}) {
            byte[] value = new byte[length];
            for (int i = 0; i < length; i++) {
                value[i] = (byte) (i * 31);
            }
            worker.put(rig.tenant().defaultTable(), bytes("key"), value);
            assertStatus(FunctionStatus.OK, worker.call("calls.get", bytes("key")));
            assertArrayEquals(value, worker.reply());
        }
    }

    @Test
    void shouldPutDeleteAndSeeItsOwnWrites() throws FunctionRefusedException {
        rig.hostile("calls");
        assertStatus(FunctionStatus.OK, worker.call("calls.put", bytes("key"), bytes("written")));
        assertEquals("written", worker.get("key"));
        assertStatus(FunctionStatus.OK, worker.call("calls.delete", bytes("key")));
        assertNull(worker.get("key"));
        assertStatus(FunctionStatus.FAILED, worker.call("calls.delete", bytes("key")));
        assertEquals(-StoreStatus.NOT_FOUND, worker.outcome().resultCode());
        assertStatus(FunctionStatus.OK, worker.call("calls.own_writes"));
        assertStatus(FunctionStatus.FAILED, worker.call("calls.put", bytes(""), bytes("v")));
        assertEquals(-StoreStatus.BAD_KEY, worker.outcome().resultCode());
    }

    @Test
    void shouldWriteRecordsThatExpire() throws FunctionRefusedException {
        rig.hostile("calls");
        assertStatus(FunctionStatus.OK, worker.call("calls.put_ttl", bytes("soon"), bytes("v"), number(1)));
        assertStatus(FunctionStatus.OK, worker.call("calls.put_ttl", bytes("late"), bytes("v"), number(1_000_000)));
        while (worker.get("soon") != null) {
            Thread.onSpinWait();
        }
        assertEquals("v", worker.get("late"));
    }

    @Test
    void shouldIncrementDecimalText() throws FunctionRefusedException {
        rig.hostile("calls");
        worker.put("number", "40");
        assertStatus(FunctionStatus.OK, worker.call("calls.incr", bytes("number"), number(2)));
        assertEquals(42, worker.replyNumbers().getLong());
        assertEquals("42", worker.get("number"));
        assertStatus(FunctionStatus.OK, worker.call("calls.incr", bytes("new"), number(-5)));
        assertEquals("-5", worker.get("new"));
        worker.put("text", "abc");
        assertStatus(FunctionStatus.FAILED, worker.call("calls.incr", bytes("text"), number(1)));
        assertEquals(-StoreStatus.NOT_A_NUMBER, worker.outcome().resultCode());
    }

    @Test
    void shouldCompareAndSet() throws FunctionRefusedException {
        rig.hostile("calls");
        worker.put("key", "old");
        assertStatus(FunctionStatus.FAILED, worker.call("calls.cas", bytes("key"), bytes("odd"), bytes("new")));
        assertEquals(-StoreStatus.CONFLICT, worker.outcome().resultCode());
        assertEquals("old", worker.get("key"));
        assertStatus(FunctionStatus.OK, worker.call("calls.cas", bytes("key"), bytes("old"), bytes("new")));
        assertEquals("new", worker.get("key"));
        assertStatus(FunctionStatus.FAILED, worker.call("calls.cas_absent", bytes("key"), bytes("mine")));
        assertStatus(FunctionStatus.OK, worker.call("calls.cas_absent", bytes("fresh"), bytes("mine")));
        assertEquals("mine", worker.get("fresh"));
    }

    @Test
    void shouldReachOtherTablesOfTheTenantByName() throws FunctionRefusedException {
        rig.hostile("calls");
        Table other = rig.tenant().createTable("other", TableConfig.defaults());
        worker.put(other, bytes("key"), bytes("there"));
        assertStatus(FunctionStatus.OK, worker.call("calls.table", bytes("other"), bytes("key")));
        assertEquals("there", worker.replyText());
        assertStatus(FunctionStatus.FAILED, worker.call("calls.table", bytes("nowhere"), bytes("key")));
        assertEquals(-StoreStatus.NOT_FOUND, worker.outcome().resultCode());
        Function get = rig.function(rig.tenant(), "calls.get");
        assertStatus(FunctionStatus.OK, worker.callOn(other, get, false, 0, bytes("key")));
        assertEquals("there", worker.replyText());
        assertStatus(FunctionStatus.TRAPPED, worker.call("calls.table_bad_handle"));
        assertMentions("777");
    }

    @Test
    void shouldLogAndTellTheTime() throws FunctionRefusedException {
        rig.hostile("calls");
        assertStatus(FunctionStatus.OK, worker.call("calls.log"));
        assertEquals(List.of("a line"), rig.functions().log(rig.tenant()));
        long before = System.currentTimeMillis();
        assertStatus(FunctionStatus.OK, worker.call("calls.now"));
        long now = worker.replyNumbers().getLong();
        assertTrue(before <= now && now <= System.currentTimeMillis(), () -> "now=" + now);
    }

    @Test
    void shouldCopyARecordStraightOutOfTheWindow() throws FunctionRefusedException {
        rig.hostile("calls");
        worker.put("from", "the very bytes");
        assertStatus(FunctionStatus.OK, worker.call("calls.copy_record", bytes("from"), bytes("to")));
        assertEquals("the very bytes", worker.replyText());
        assertEquals("the very bytes", worker.get("to"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"unreachable", "unreachable.divides"})
    void shouldDropEverythingOnATrap(String function) throws FunctionRefusedException {
        rig.hostile("unreachable");
        assertStatus(FunctionStatus.TRAPPED, worker.call(function));
        assertNull(worker.get("unreachable"));
        assertEquals(0, worker.outcome().replyLength());
        assertMentions("function trapped: tenant=" + rig.tenant().id() + ", function=" + function);
    }

    @Test
    void shouldDropWritesAndKeepTheReplyOfAnEntryThatFails() throws FunctionRefusedException {
        rig.hostile("unreachable");
        assertStatus(FunctionStatus.FAILED, worker.call("unreachable.fails"));
        assertEquals(42, worker.outcome().resultCode());
        assertEquals("half", worker.replyText());
        assertNull(worker.get("unreachable"));
    }

    @Test
    void shouldRunOnAfterATrap() throws FunctionRefusedException {
        rig.hostile("unreachable");
        rig.example("counter");
        for (int i = 1; i <= 20; i++) {
            assertStatus(FunctionStatus.TRAPPED, worker.call("unreachable"));
            assertStatus(FunctionStatus.OK, worker.call("counter", bytes("n"), bytes("1")));
            assertEquals(Integer.toString(i), worker.replyText());
        }
    }

    @Test
    void shouldSurviveRecursionWithoutEnd() throws FunctionRefusedException {
        rig.hostile("recursion");
        rig.example("noop");
        for (int i = 0; i < 3; i++) {
            assertStatus(FunctionStatus.TRAPPED, worker.call("recursion"));
            assertFalse(worker.outcome().error().isEmpty());
            assertStatus(FunctionStatus.OK, worker.call("noop"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"put", "delete", "incr", "cas"})
    void shouldRefuseWritesWhenReadOnly(String entry) throws FunctionRefusedException {
        rig.hostile("calls");
        worker.put("key", "1");
        assertStatus(
                FunctionStatus.READ_ONLY, worker.call("calls." + entry, true, 0, bytes("key"), number(1), bytes("2")));
        assertMentions("read-only");
        assertEquals("1", worker.get("key"));
        assertStatus(FunctionStatus.OK, worker.call("calls.get", true, 0, bytes("key")));
        rig.deploy(Rig.patient("reads").withReadOnly(true), "hostile/calls");
        assertStatus(FunctionStatus.READ_ONLY, worker.call("reads." + entry, bytes("key"), number(1), bytes("2")));
    }

    @Test
    void shouldBoundReplies() throws FunctionRefusedException {
        rig.hostile("calls");
        assertStatus(FunctionStatus.REPLY_TOO_LARGE, worker.call("calls.reply_large"));
        assertEquals(0, worker.outcome().replyLength());
    }

    @Test
    void shouldEndAFunctionThatIsOverQuota() throws FunctionRefusedException {
        try (Rig small = new Rig(runtime(), TenantConfig.defaults().withQuotaBytes(1 << 20))) {
            small.hostile("calls");
            int status = FunctionStatus.OK;
            for (int i = 0; i < 2000 && status == FunctionStatus.OK; i++) {
                status = small.worker().call("calls.put", bytes("key" + i), new byte[4000]);
            }
            assertEquals(FunctionStatus.OVER_QUOTA, status);
            assertTrue(small.worker().outcome().error().contains("quota"));
            assertEquals(FunctionStatus.OK, small.worker().call("calls.get", bytes("key0")));
        }
    }

    @Test
    void shouldMoveMoneyAllOrNothing() throws FunctionRefusedException {
        rig.example("transfer");
        worker.put("a", "100");
        worker.put("b", "0");
        assertStatus(FunctionStatus.OK, worker.call("transfer", bytes("a"), bytes("b"), bytes("70")));
        assertStatus(FunctionStatus.FAILED, worker.call("transfer", bytes("a"), bytes("b"), bytes("70")));
        assertEquals(3, worker.outcome().resultCode());
        assertEquals("30", worker.get("a"));
        assertEquals("70", worker.get("b"));
    }

    @Test
    void shouldFollowAChainOfRecords() throws FunctionRefusedException {
        rig.example("lookup");
        for (int i = 0; i < 20; i++) {
            worker.put(String.format("key-%012d", i), String.format("key-%012d and more", i + 1));
        }
        assertStatus(FunctionStatus.OK, worker.call("lookup", bytes("key-000000000000"), number(16)));
        assertEquals("key-000000000016 and more", worker.replyText());
        assertStatus(FunctionStatus.FAILED, worker.call("lookup", bytes("key-000000000000"), number(21)));
    }

    @Test
    void shouldWalkOverARangeOfAnOrderedTableInPlace() throws FunctionRefusedException {
        Table ordered =
                rig.tenant().createTable("ordered", TableConfig.defaults().withKind(TableKind.ORDERED));
        rig.example("range");
        for (int i = 0; i < 100; i++) {
            worker.put(ordered, bytes(String.format("%s%02d", i % 2 == 0 ? "even" : "odd", i)), bytes("v" + i));
        }
        byte[] table = bytes("ordered");
        assertStatus(FunctionStatus.OK, worker.call("range", table, bytes("odd"), number(3), number(0)));
        assertEquals("odd01=v1;odd03=v3;odd05=v5;", worker.replyText());
        assertStatus(FunctionStatus.OK, worker.call("range", table, bytes("even"), number(2), number(1)));
        assertEquals("even98=v98;even96=v96;", worker.replyText());
        assertStatus(FunctionStatus.OK, worker.call("range", table, bytes("none"), number(2), number(0)));
        assertEquals("", worker.replyText());
        assertStatus(FunctionStatus.TRAPPED, worker.call("range", bytes("default"), bytes(""), number(1), number(0)));
        assertMentions("default", "hash table");
    }

    @Test
    void shouldWriteBehindTheGreatestKey() throws FunctionRefusedException {
        rig.tenant().createTable("ids", TableConfig.defaults().withKind(TableKind.ORDERED));
        rig.example("range");
        for (int i = 1; i < 10; i++) {
            assertStatus(FunctionStatus.OK, worker.call("range.next_id", bytes("ids"), bytes("")));
            assertEquals(Integer.toString(i), worker.replyText());
        }
    }
}
