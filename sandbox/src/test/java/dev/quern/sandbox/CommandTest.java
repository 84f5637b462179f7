package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WASI commands, as compilers make them of programs with a main: called again and again, each time from the beginning. */
@Timeout(120)
class CommandTest {
    private static Rig open(String runtime, String program) throws FunctionRefusedException {
        Rig rig = new Rig(runtime);
        rig.functions().deploy(rig.tenant(), Rig.patient("program"), Rig.module("wasi/" + program), false);
        return rig;
    }

    private static String outcome(Rig rig, int status) {
        return status + " " + rig.worker().outcome().resultCode() + " "
                + (rig.worker().outcome().replied() ? rig.worker().replyText() : "nothing");
    }

    private static String call(Rig rig, String... arguments) {
        byte[][] values = new byte[arguments.length][];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes(arguments[i]);
        }
        return outcome(rig, rig.worker().call("program", values));
    }

    @ParameterizedTest
    @CsvSource({"graalwasm,command", "chicory,command", "graalwasm,program", "chicory,program"})
    void shouldGiveTheCallsArgumentsAndReplyWhatIsPrinted(String runtime, String program)
            throws FunctionRefusedException {
        try (Rig rig = open(runtime, program)) {
            assertEquals(
                    List.of("_start"),
                    rig.functions().list(rig.tenant()).getFirst().entries());
            assertEquals("0 0 program;", call(rig));
            assertEquals("0 0 program;one;;two ü;", call(rig, "one", "", "two ü"));
            assertEquals(List.of("1 arguments", "4 arguments"), rig.functions().log(rig.tenant()));
            String long1 = "x".repeat(2_000);
            assertEquals("0 0 program;" + long1 + ";", call(rig, long1));
        }
    }

    @ParameterizedTest
    @CsvSource({"graalwasm,command", "chicory,command", "graalwasm,program", "chicory,program"})
    void shouldEndWithTheProcess(String runtime, String program) throws FunctionRefusedException {
        try (Rig rig = open(runtime, program)) {
            assertEquals("0 0 leaving", call(rig, "exit", "0"));
            assertEquals("1", rig.worker().get("exits"));
            assertEquals(FunctionStatus.FAILED + " 3 leaving", call(rig, "exit", "3"));
            assertEquals("program returned 3", rig.worker().outcome().error());
            assertEquals(FunctionStatus.FAILED + " 4 nothing", call(rig, "return", "4"));
            assertEquals("0 0 nothing", call(rig, "return", "0"));
            assertEquals("1", rig.worker().get("exits"));
            assertEquals(List.of("on purpose", "on purpose"), rig.functions().log(rig.tenant()));
            assertEquals(FunctionStatus.TRAPPED + " 0 nothing", call(rig, "abort"));
            assertEquals("0 0 1 1", call(rig, "count"));
        }
    }

    @ParameterizedTest
    @CsvSource({"graalwasm,command", "chicory,command", "graalwasm,program", "chicory,program"})
    void shouldBeginAnewEachTime(String runtime, String program) throws FunctionRefusedException {
        try (Rig rig = open(runtime, program)) {
            for (int i = 1; i <= 50; i++) {
                assertEquals("0 0 1 " + i, call(rig, "count"));
                if (i % 7 == 0) {
                    call(rig, "exit", "1");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldTakeACommandWithoutALibrary(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime, "bare")) {
            assertEquals("0 0 bare", call(rig));
            assertEquals(
                    FunctionStatus.FAILED + " -7 bare",
                    outcome(rig, rig.worker().call("program", number(-7))));
            assertEquals("0 0 bare", outcome(rig, rig.worker().call("program._start", number(0))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldBeCalledByOtherFunctions(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime, "command")) {
            rig.hostile("calling");
            assertEquals(
                    FunctionStatus.OK, rig.worker().call("calling.tail", bytes("program"), bytes("a"), bytes("b")));
            assertEquals("program;a;b;", rig.worker().replyText());
            int status = rig.worker().call("calling.tail", bytes("program"), bytes("exit"), bytes("9"));
            assertEquals(FunctionStatus.FAILED + " 9 leaving", outcome(rig, status));
            assertNull(rig.worker().get("exits"));
        }
    }

    /** A program's end is no way out for a function that is none. */
    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldTrapWhenAFunctionEndsItsProcess(String runtime) throws FunctionRefusedException {
        try (Rig rig = open(runtime, "command")) {
            rig.functions().deploy(rig.tenant(), Rig.patient("libc"), Rig.module("wasi/libc"), false);
            assertEquals("0 0 leaving", call(rig, "exit", "0"));
            assertEquals(FunctionStatus.TRAPPED, rig.worker().call("libc.leave"));
            assertTrue(rig.worker().outcome().error().contains("proc_exit(3)"));
            assertFalse(rig.worker().outcome().replied());
        }
    }
}
