package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Modules of whole standard libraries, on every runtime: what they print is logged, and nothing of the host is theirs. */
@Timeout(120)
class WasiTest {
    private static Rig deploy(String runtime, String module) throws FunctionRefusedException {
        Rig rig = new Rig(runtime);
        rig.functions().deploy(rig.tenant(), Rig.patient(module), Rig.module("wasi/" + module), false);
        return rig;
    }

    private static void assertOk(Rig rig, String function) {
        assertEquals(
                FunctionStatus.OK,
                rig.worker().call(function),
                () -> rig.worker().outcome().error());
    }

    @ParameterizedTest
    @CsvSource({
        "graalwasm,libc,unfinished",
        "chicory,libc,unfinished",
        "graalwasm,std,unfinished 7",
        "chicory,std,unfinished 7"
    })
    void shouldLogWhatIsPrinted(String runtime, String module, String unfinished) throws FunctionRefusedException {
        try (Rig rig = deploy(runtime, module)) {
            List<String> expected = List.of("hello from " + module, "and 42 more", unfinished);
            assertOk(rig, module + ".say");
            assertEquals(expected, rig.functions().log(rig.tenant()));
            assertOk(rig, module + ".say");
            assertEquals(6, rig.functions().log(rig.tenant()).size());
        }
    }

    @ParameterizedTest
    @CsvSource({"graalwasm", "chicory"})
    void shouldDenyLibcTheHostByTheRightErrors(String runtime) throws FunctionRefusedException {
        try (Rig rig = deploy(runtime, "libc")) {
            assertOk(rig, "libc.look");
            assertEquals(
                    "open -1 1, write -1 1, read 0, environ 0, entropy 0 1, time 1",
                    rig.worker().replyText());
        }
    }

    @ParameterizedTest
    @CsvSource({"graalwasm", "chicory"})
    void shouldDenyRustTheHost(String runtime) throws FunctionRefusedException {
        try (Rig rig = deploy(runtime, "std")) {
            assertOk(rig, "std.look");
            assertEquals(
                    "open false, arguments 0, environment 0, map 3, time true",
                    rig.worker().replyText());
        }
    }

    @ParameterizedTest
    @CsvSource({"graalwasm,libc", "chicory,libc", "graalwasm,std", "chicory,std"})
    void shouldEndTheCallWithTheProcess(String runtime, String module) throws FunctionRefusedException {
        try (Rig rig = deploy(runtime, module)) {
            assertEquals(FunctionStatus.TRAPPED, rig.worker().call(module + ".leave"));
            assertTrue(
                    rig.worker().outcome().error().contains("proc_exit(3)"),
                    rig.worker().outcome()::error);
            assertNull(rig.worker().get("left"));
            assertOk(rig, module + ".say");
        }
    }

    @ParameterizedTest
    @CsvSource({"graalwasm", "chicory"})
    void shouldTakeLongOutputInPieces(String runtime) throws FunctionRefusedException {
        try (Rig rig = deploy(runtime, "libc")) {
            assertOk(rig, "libc.much");
            List<String> log = rig.functions().log(rig.tenant());
            assertEquals(50, log.size());
            assertTrue(log.stream().allMatch(line -> line.length() == 999 && line.startsWith("abcdefgh")));
        }
    }

    @ParameterizedTest
    @CsvSource({"graalwasm", "chicory"})
    void shouldLogWhyRustPanicked(String runtime) throws FunctionRefusedException {
        try (Rig rig = deploy(runtime, "std")) {
            assertEquals(FunctionStatus.TRAPPED, rig.worker().call("std.panics"));
            assertTrue(rig.functions().log(rig.tenant()).getFirst().contains("panicked at 'on purpose'"));
        }
    }
}
