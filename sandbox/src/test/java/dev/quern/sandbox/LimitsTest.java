package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit that no other test reaches: what is at it is good, what is over it has an error of its own; and the page says the same. */
@Timeout(120)
class LimitsTest {
    private static void assertOk(Rig rig, int status) {
        assertEquals(FunctionStatus.OK, status, () -> rig.worker().outcome().error());
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldBoundTheWritesOfACall(String runtime) throws FunctionRefusedException {
        int most = dev.quern.kvstore.Limits.TRANSACTION_WRITES_MAX;
        try (Rig rig = new Rig(runtime)) {
            rig.hostile("calls");
            assertEquals(FunctionStatus.TRAPPED, rig.worker().call("calls.put_many", number(most + 1)));
            String error = rig.worker().outcome().error();
            assertTrue(error.contains("writes at most " + most + " records; split it"), error);
            assertNull(rig.worker().get(number(0)));
            assertOk(rig, rig.worker().call("calls.put_many", number(most)));
            assertNotNull(rig.worker().get(number(most - 1)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldDropAndCountLinesThatAreTooMany(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            rig.hostile("calls");
            assertOk(rig, rig.worker().call("calls.log_many", number(1_000_000)));
            List<String> log = rig.functions().log(rig.tenant());
            assertEquals(Limits.LOG_LINES_MAX, log.size());
            String last = log.getLast();
            assertTrue(
                    last.endsWith(" lines dropped: a tenant's functions may log " + Limits.LOG_LINES_PER_SECOND_MAX
                            + " lines a second)"),
                    last);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldSayThatTheStackIsExhausted(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            rig.hostile("recursion");
            assertEquals(FunctionStatus.TRAPPED, rig.worker().call("recursion"));
            String error = rig.worker().outcome().error();
            assertTrue(
                    error.contains("call stack exhausted: calls nest more than " + Limits.STACK_DEPTH_MAX + " deep"),
                    error);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"graalwasm", "chicory"})
    void shouldSayHowLongAReplyMayBe(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            rig.hostile("calls");
            assertEquals(FunctionStatus.REPLY_TOO_LARGE, rig.worker().call("calls.reply_large"));
            String error = rig.worker().outcome().error();
            assertTrue(error.contains("reply of more than " + Limits.REPLY_BYTES_MAX + " bytes"), error);
        }
    }

    private static String refusal(Rig rig, String name, byte[] module) {
        return String.valueOf(assertThrows(
                        FunctionRefusedException.class,
                        () -> rig.functions().deploy(rig.tenant(), Rig.patient(name), module, false))
                .getMessage());
    }

    @Test
    void shouldBoundModulesAndHowManyThereAre() throws FunctionRefusedException {
        try (Rig rig = new Rig("chicory")) {
            byte[] module = Rig.module("examples/noop");
            byte[] large = Arrays.copyOf(module, Limits.MODULE_BYTES_MAX + 1);
            assertEquals(
                    "a module of " + large.length + " bytes; the limit is " + Limits.MODULE_BYTES_MAX,
                    refusal(rig, "large", large));
            for (int i = 0; i < Limits.FUNCTIONS_MAX; i++) {
                rig.functions().deploy(rig.tenant(), Rig.patient("f" + i), module, false);
            }
            assertEquals(
                    "the tenant has " + Limits.FUNCTIONS_MAX + " functions; remove some", refusal(rig, "more", module));
            rig.functions().deploy(rig.tenant(), Rig.patient("f7"), module, true);
            assertOk(rig, rig.worker().call("f7", bytes("x")));
        }
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String mib(long bytes) {
        return bytes / (1 << 20) + " MiB";
    }

    /** The page's table of limits, row by row. */
    @Test
    void shouldStandInTheTableOfThePage() throws IOException {
        String page = Files.readString(
                Path.of(System.getProperty("quern.root"), "docs/functions.md"), StandardCharsets.UTF_8);
        long defaultMs = Limits.TIME_LIMIT_US_DEFAULT / 1000;
        long mostMs = Limits.TIME_LIMIT_US_MAX / 1000;
        for (String row : List.of(
                "`timeout-ms`) | " + defaultMs + " ms | " + grouped(mostMs) + " ms |",
                "| private memory (`memory-pages`) | " + Limits.MEMORY_PAGES_DEFAULT + " pages of 64 KiB | "
                        + grouped(Limits.MEMORY_PAGES_MAX) + " |",
                "| reply | | " + mib(Limits.REPLY_BYTES_MAX) + " |",
                "| calls within a module | | " + grouped(Limits.STACK_DEPTH_MAX) + " deep;",
                "| functions calling functions | | " + Limits.CALL_DEPTH_MAX + " deep |",
                "| writes in one call | | " + grouped(dev.quern.kvstore.Limits.TRANSACTION_WRITES_MAX) + " |",
                "| reads in one call | | " + grouped(dev.quern.kvstore.Limits.TRANSACTION_READS_MAX) + " |",
                "| " + grouped(Limits.LOG_LINES_PER_SECOND_MAX) + " a second, of 1 KiB each; the newest "
                        + grouped(Limits.LOG_LINES_MAX) + " are kept |",
                "| runs again after a conflict | | " + Limits.CONFLICT_RETRIES_MAX + " |",
                "| module | | " + mib(Limits.MODULE_BYTES_MAX) + " |",
                "| tables of function references | | " + grouped(65_536) + " entries |",
                "| functions of a tenant | | " + grouped(Limits.FUNCTIONS_MAX) + " |")) {
            assertTrue(page.contains(row), () -> "docs/functions.md has no row with: " + row);
        }
    }
}
