package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Functions whose every call begins with the module's initial memory, globals and tables; and those that keep what they had. */
abstract class FreshConformanceTest extends RuntimeTest {
    private static final String STATE = "state";

    /**
     * <pre>
     * (global $a (mut i32) (i32.const 7)) (global $b (mut i64) …) (global $c (mut f64) …) (global $e (export "e") (mut i32) …)
     * run: how many of them are not what they were at first; and changes all
     * </pre>
     */
    private static final byte[] GLOBALS = HexFormat.of()
            .parseHex(
                    "0061736d010000000105016000017f030201000620047f0141070b7e014280e497d0120b7c014400000000000004400b7f01"
                            + "41030b070b02016503030372756e00000a43014101017f230041074723014280e497d012526a2302440000000000000440"
                            + "6223034103476a6a210041082400427f240144000000000000e03f24024104240320000b");

    /**
     * <pre>
     * (table 1 10 funcref) (elem (i32.const 0) $zero)
     * run: call_indirect 0, and how much larger the table is than at first; then puts $one in its place and grows it
     * </pre>
     */
    private static final byte[] TABLE = HexFormat.of()
            .parseHex(
                    "0061736d010000000105016000017f0304030000000405017001010a0707010372756e0002090b020041000b0100030001"
                            + "010a2803040041000b040041010b1c004100110000fc100041016b6a4100d2012600d0704101fc0f001a0b");

    /** {@code _initialize} adds 1 to a global that is 0 at first; {@code run}: whether it is not 1. */
    private static final byte[] INITIALIZED = HexFormat.of()
            .parseHex(
                    "0061736d010000000108026000006000017f03030200010606017f0141000b0715020b5f696e697469616c697a6500000372"
                            + "756e00010a13020900230041016a24000b070023004101470b");

    private void deploy(String name, byte[] module, boolean fresh) throws FunctionRefusedException {
        rig.functions().deploy(rig.tenant(), Rig.patient(name).withFresh(fresh), module, true);
    }

    private void deployState(boolean fresh) throws FunctionRefusedException {
        deploy(STATE, Rig.module("hostile/state"), fresh);
    }

    private void assertFindsNothing(String entry, byte[]... arguments) {
        for (int call = 0; call < 4; call++) {
            assertStatus(FunctionStatus.OK, worker.call(entry, arguments));
        }
    }

    private void assertFindsSomething(String entry, byte[]... arguments) {
        assertStatus(FunctionStatus.OK, worker.call(entry, arguments));
        assertStatus(FunctionStatus.FAILED, worker.call(entry, arguments));
        assertNotEquals(0, worker.outcome().resultCode());
    }

    @Test
    void shouldBeginWithTheModulesMemory() throws FunctionRefusedException {
        deployState(true);
        assertFindsNothing("state.count_up");
        assertFindsNothing("state.across");
        assertFindsNothing("state.take", bytes("some bytes"));
    }

    @Test
    void shouldKeepMemoryUnlessToldOtherwise() throws FunctionRefusedException {
        deployState(false);
        assertFindsSomething("state.count_up");
        assertFindsSomething("state.across");
        deployState(false);
        assertFindsSomething("state.take", bytes("some bytes"));
    }

    @Test
    void shouldShrinkToTheFirstLengthAndZeroWhatWasBeyond() throws FunctionRefusedException {
        deployState(true);
        int first = -1;
        for (int pages : new int[] {1, 3, 100, 2, 100}) {
            assertStatus(FunctionStatus.OK, worker.call("state.grow", number(pages)));
            int found = worker.replyNumbers().getInt();
            assertEquals(first == -1 ? found : first, found);
            first = found;
            assertFindsNothing("state.count_up");
        }
    }

    @Test
    void shouldBeginWithTheModulesGlobals() throws FunctionRefusedException {
        deploy("globals", GLOBALS, true);
        assertFindsNothing("globals");
        deploy("globals", GLOBALS, false);
        assertFindsSomething("globals");
        assertEquals(4, worker.outcome().resultCode());
    }

    @Test
    void shouldBeginWithTheModulesTables() throws FunctionRefusedException {
        deploy("table", TABLE, true);
        assertFindsNothing("table");
        deploy("table", TABLE, false);
        assertFindsSomething("table");
        assertEquals(2, worker.outcome().resultCode());
    }

    @Test
    void shouldBeginAnewAfterATrapAndAfterAFailure() throws FunctionRefusedException {
        deployState(true);
        assertFindsNothing("state.count_up");
        rig.functions().deploy(rig.tenant(), Rig.patient("calls").withFresh(true), Rig.module("hostile/calls"), false);
        worker.put("key", "the value");
        assertStatus(FunctionStatus.FAILED, worker.call("calls.get", bytes("none")));
        assertStatus(FunctionStatus.OK, worker.call("calls.get", bytes("key")));
        assertStatus(FunctionStatus.FAILED, worker.call("state.grow"));
        assertFindsNothing("state.count_up");
    }

    @Test
    void shouldInitializeBeforeEveryCall() throws FunctionRefusedException {
        deploy("initialized", INITIALIZED, true);
        assertFindsNothing("initialized");
    }
}
