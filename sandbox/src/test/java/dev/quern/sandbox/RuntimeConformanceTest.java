package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Ballast;
import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import dev.quern.kvstore.TenantConfig;
import dev.quern.sandbox.guest.WindowedMemory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every runtime does alike: intrinsics, the window, traps, all or nothing. A subclass names its runtime. */
abstract class RuntimeConformanceTest extends RuntimeTest {
    @Test
    void shouldSayWhichRuntimeIsInForce() throws FunctionRefusedException {
        assertEquals(runtime(), rig.functions().report().runtime());
        assertEquals(runtime(), rig.example("noop").runtime());
    }

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

    @ParameterizedTest
    @ValueSource(strings = {"store8", "store32", "store64", "store_float", "fill", "copy", "arg", "incr"})
    void shouldTrapStoresIntoTheWindow(String entry) throws FunctionRefusedException {
        rig.hostile("window");
        worker.put("key", "some value of some length");
        assertStatus(FunctionStatus.TRAPPED, worker.call("window." + entry, bytes("arguments")));
        assertEquals("some value of some length", worker.get("key"));
        assertNull(worker.get("number"));
        assertMentions("tenant=" + rig.tenant().id(), "window." + entry);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0001_0000, 0x0100_0000, 0x3fff_fff9, 0x3fff_ffff, 0xffff_fff9, 0xffff_ffff})
    void shouldTrapReadsBeyondMemoryAndWindow(int address) throws FunctionRefusedException {
        rig.hostile("window");
        assertStatus(FunctionStatus.TRAPPED, worker.call("window.load64", number(address)));
        assertStatus(FunctionStatus.TRAPPED, worker.call("window.store", number(address)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"reply_beyond", "reply_all", "key_beyond", "value_beyond"})
    void shouldTrapIntrinsicsOnWildAddresses(String entry) throws FunctionRefusedException {
        rig.hostile("window");
        assertStatus(FunctionStatus.TRAPPED, worker.call("window." + entry));
        assertEquals(0, worker.outcome().replyLength());
    }

    @Test
    void shouldTrapReadsPastTheArena() throws FunctionRefusedException {
        long quota = 1 << 20;
        try (Rig small = new Rig(runtime(), TenantConfig.defaults().withQuotaBytes(quota))) {
            small.hostile("window");
            long end = WindowedMemory.WINDOW_START + small.tenant().arenaLength();
            assertEquals(FunctionStatus.TRAPPED, small.worker().call("window.load8", number((int) end)));
            assertEquals(FunctionStatus.TRAPPED, small.worker().call("window.load64", number((int) (end - 7))));
        }
    }

    @Test
    void shouldReadRecordsPastTheWindow() throws FunctionRefusedException {
        try (Rig large = new Rig(runtime(), TenantConfig.defaults().withQuotaBytes(4L << 30))) {
            Rig.Worker far = large.worker();
            Ballast.fill(far.storeCore(), large.tenant(), 3L << 30);
            large.hostile("calls");
            large.hostile("window");
            for (String value : List.of("the very bytes", "x".repeat(100_000), "")) {
                far.put("from", value);
                far.put("key", "some value of some length");
                assertTrue(Ballast.offset(far.storeCore(), large.tenant().defaultTable(), bytes("key"))
                        > WindowedMemory.WINDOW_BYTES_MAX);
                assertEquals(
                        FunctionStatus.OK,
                        far.call("calls.copy_record", bytes("from"), bytes("to")),
                        () -> far.outcome().error());
                assertEquals(value, far.replyText());
                assertEquals(value, far.get("to"));
                for (String entry : List.of("store8", "store64", "arg", "incr")) {
                    assertEquals(FunctionStatus.TRAPPED, far.call("window." + entry, bytes("arguments")));
                }
                assertEquals("some value of some length", far.get("key"));
            }
        }
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

    @Test
    void shouldGrowMemoryUpToTheManifestsLimit() throws FunctionRefusedException {
        byte[] module = Rig.module("hostile/growth");
        Manifest manifest = Rig.patient("growth").withMemoryPagesMax(5);
        rig.functions().deploy(rig.tenant(), manifest, module, false);
        assertStatus(FunctionStatus.OK, worker.call("growth"));
        assertEquals(5, worker.replyNumbers().getInt());
        assertStatus(FunctionStatus.OK, worker.call("growth.all_at_once"));
    }

    @Test
    void shouldRunAModuleThatDefinesItsMemoryWithinTheMaximumThatItGives() throws FunctionRefusedException {
        rig.hostile("own_memory");
        assertStatus(FunctionStatus.OK, worker.call("own_memory"));
        // One page, at most two: growing by one gives 1, and by another -1.
        ModuleWriter body = new ModuleWriter().raw(0);
        body.i32(1).raw(0x40, 0).i32(1).raw(0x47).i32(1).raw(0x40, 0).i32(-1).raw(0x47, 0x72, 0x0b);
        byte[] module = ModuleWriter.module()
                .section(ModuleWriter.TYPES, new ModuleWriter().raw(1, 0x60, 0, 1, ModuleWriter.I32))
                .section(ModuleWriter.FUNCTIONS, new ModuleWriter().raw(1, 0))
                .section(ModuleWriter.MEMORIES, new ModuleWriter().raw(1, 1, 1, 2))
                .section(
                        ModuleWriter.EXPORTS,
                        new ModuleWriter().raw(1).name("run").raw(0, 0))
                .section(ModuleWriter.CODE, new ModuleWriter().raw(1).sized(body.toByteArray()))
                .toByteArray();
        rig.functions().deploy(rig.tenant(), Rig.patient("bounded"), module, false);
        assertStatus(FunctionStatus.OK, worker.call("bounded"));
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
        rig.functions()
                .deploy(rig.tenant(), Rig.patient("reads").withReadOnly(true), Rig.module("hostile/calls"), false);
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
