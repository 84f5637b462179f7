package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Transaction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every runtime's functions see of requests that are served in their midst. A subclass names its runtime. */
abstract class InterludeConformanceTest extends RuntimeTest {
    /** More than what makes a core look whether retired memory can be used again. */
    private static final int WRITES = 600;

    /** After so many calls that could not show it, what a test is about does not happen. */
    private static final int CALLS_MAX = 10;

    private int interludes;
    private int writing;
    private long written;

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    /** Writes the same number to "a" and then to "b", over and over, as one request after another would. */
    private void writeBoth(int times) {
        StoreCore core = worker.storeCore();
        Table table = rig.tenant().defaultTable();
        for (int i = 0; i < times; i++) {
            core.enter(System.currentTimeMillis());
            written++;
            assertEquals(0, table.put(core, bytes("a"), number(written)));
            core.renew();
            assertEquals(0, table.put(core, bytes("b"), number(written)));
            core.exit();
        }
    }

    private void prepare() throws FunctionRefusedException {
        rig.hostile("pair");
        writeBoth(1);
    }

    private void serve(int interludesThatWrite, int times) {
        writing = interludesThatWrite;
        interludes = 0;
        worker.functionCore().interludes((nowNs, unixMs) -> {
            interludes++;
            if (interludes <= writing) {
                writeBoth(times);
            }
        });
    }

    @Test
    void shouldCommitWhatWasThereAtOneMoment() throws FunctionRefusedException {
        prepare();
        for (int round = 0; round < 10; round++) {
            serve(1 + round % 3, WRITES);
            assertEquals(
                    FunctionStatus.OK, worker.call("pair"), worker.outcome().error());
            assertTrue(interludes >= writing, "the function stood still: " + interludes);
            byte[] out = worker.get(bytes("out"));
            ByteBuffer pair = ByteBuffer.wrap(out == null ? new byte[0] : out).order(ByteOrder.LITTLE_ENDIAN);
            assertEquals(written, pair.getLong(0));
            assertEquals(written, pair.getLong(Long.BYTES));
        }
    }

    @Test
    void shouldConflictAndLeaveNothingWhenOthersAlwaysComeBetween() throws FunctionRefusedException {
        prepare();
        serve(Integer.MAX_VALUE, 1);
        int status = worker.call("pair");
        for (int i = 1; i < CALLS_MAX && status == FunctionStatus.DEADLINE; i++) {
            // Interpreted, and on a busy machine, its time may be over before its attempts are.
            status = worker.call("pair");
        }
        assertEquals(FunctionStatus.CONFLICT, status, worker.outcome().error());
        assertArrayEquals(null, worker.get(bytes("out")));
    }

    @Test
    void shouldKeepTheFunctionsTimeAndTheCoresResults() throws FunctionRefusedException {
        prepare();
        StoreCore core = worker.storeCore();
        long[] seen = new long[1];
        worker.functionCore().interludes((nowNs, unixMs) -> {
            assertEquals(unixMs, core.nowMs());
            Table table = rig.tenant().defaultTable();
            assertEquals(0, table.put(core, bytes("other"), bytes("value")));
            seen[0] = core.resultVersion();
        });
        assertEquals(FunctionStatus.OK, worker.call("pair"), worker.outcome().error());
        assertTrue(seen[0] > 0);
        // The function's own commit was the last.
        assertTrue(core.resultVersion() > seen[0]);
        assertEquals("value", worker.get("other"));
    }

    @Test
    void shouldCommitTransactionsOfOthersInItsMidst() throws FunctionRefusedException {
        prepare();
        StoreCore core = worker.storeCore();
        Table table = rig.tenant().defaultTable();
        interludes = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocateFrom("ab");
            MemorySegment value = arena.allocate(Long.BYTES);
            worker.functionCore().interludes((nowNs, unixMs) -> {
                interludes++;
                if (interludes > 1) {
                    return; // The function, run again, is to come to its end.
                }
                written++;
                value.set(ValueLayout.JAVA_LONG, 0, written);
                core.enter(unixMs);
                Transaction other = core.begin(rig.tenant());
                for (int at = 0; at < 2; at++) {
                    assertEquals(
                            0, other.put(table, key.address() + at, 1, value.address(), Long.BYTES, Record.NO_EXPIRY));
                }
                assertEquals(0, other.commit());
                core.exit();
            });
            assertEquals(
                    FunctionStatus.OK, worker.call("pair"), worker.outcome().error());
        }
        assertTrue(interludes > 0);
        byte[] out = worker.get(bytes("out"));
        ByteBuffer pair = ByteBuffer.wrap(out == null ? new byte[0] : out).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(written, pair.getLong(0));
        assertEquals(written, pair.getLong(Long.BYTES));
    }

    @Test
    void shouldRefuseInAnInterludeWhatWouldTouchTheFunction() throws FunctionRefusedException {
        prepare();
        rig.example("noop");
        Function noop = rig.function(rig.tenant(), "noop");
        StoreCore core = worker.storeCore();
        worker.functionCore().interludes((nowNs, unixMs) -> {
            interludes++;
            Invocation call = worker.outcome();
            assertThrows(IllegalStateException.class, () -> core.maintain(unixMs, 1));
            assertThrows(IllegalStateException.class, core::exit);
            assertThrows(IllegalStateException.class, () -> core.suspend(unixMs));
            assertThrows(
                    IllegalStateException.class, () -> worker.functionCore().invoke(noop, call, nowNs, unixMs));
            assertTrue(core.isEntered());
        });
        assertEquals(FunctionStatus.OK, worker.call("pair"), worker.outcome().error());
        assertTrue(interludes > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bulk", "bulk.copy"})
    void shouldServeOthersInsideOneLongMove(String function) throws FunctionRefusedException {
        Manifest manifest = Rig.patient("bulk").withMemoryPagesMax(Limits.MEMORY_PAGES_MAX);
        rig.functions().deploy(rig.tenant(), manifest, Rig.module("hostile/bulk"), false);
        serve(0, 0);
        assertEquals(FunctionStatus.OK, worker.call(function), worker.outcome().error());
        // 240 MiB of new memory, of which each part takes its time.
        assertTrue(interludes > 100, "interludes: " + interludes);
    }

    @Test
    void shouldEndAFunctionAtItsDeadlineAlsoBetweenInterludes() throws FunctionRefusedException {
        prepare();
        rig.hostile("spin");
        serve(0, 0);
        for (int i = 0; i < CALLS_MAX && interludes == 0; i++) {
            // A thread that has no processor for all of that time sees its deadline first.
            assertEquals(FunctionStatus.DEADLINE, worker.call("spin", false, 20_000));
        }
        assertTrue(interludes > 0);
        assertEquals(FunctionStatus.OK, worker.call("pair"), worker.outcome().error());
    }

    @Test
    void shouldTakeAFunctionForLongAfterTwoQuantaOnly() throws FunctionRefusedException {
        rig.hostile("spin");
        Function spin = rig.function(rig.tenant(), "spin");
        boolean[] isShort = new boolean[2];
        worker.functionCore().interludes((nowNs, unixMs) -> {
            if (interludes < isShort.length) {
                isShort[interludes] = spin.isShort();
            }
            interludes++;
        });
        for (int i = 0; i < 100 && !spin.isShort(); i++) {
            // Its time is over before its first quantum is.
            assertEquals(FunctionStatus.DEADLINE, worker.call("spin", false, 10));
        }
        for (int i = 0; i < CALLS_MAX && interludes < 2; i++) {
            interludes = 0;
            assertEquals(FunctionStatus.DEADLINE, worker.call("spin", false, 20_000));
        }
        assertTrue(isShort[0], "the machine may have stood still");
        assertFalse(isShort[1]);
        assertFalse(spin.isShort());
    }
}
