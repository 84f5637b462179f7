package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Table;
import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TableKind;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same example in C and in another language answers alike, on every runtime, whatever it is called with. */
@Timeout(120)
class GuestLanguageTest {
    private static final String[] NUMBERS = {
        "0",
        "1",
        "-1",
        "42",
        "-",
        "",
        "x",
        "1x",
        "-0",
        "+1",
        "007",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "-9223372036854775809",
        "00000000000000000001",
        "123456789012345678901"
    };

    private static void deploy(Rig rig, String language, String example) throws FunctionRefusedException {
        rig.example(example);
        rig.functions()
                .deploy(
                        rig.tenant(),
                        Rig.patient(language + "_" + example),
                        Rig.module("examples/" + language + "/" + example),
                        false);
    }

    /** Status, result code and reply, to compare. */
    private static String outcome(Rig.Worker worker, int status) {
        return status + " " + worker.outcome().resultCode() + " " + worker.replyText();
    }

    @ParameterizedTest
    @CsvSource({"graalwasm,rust", "graalwasm,assemblyscript", "chicory,rust", "chicory,assemblyscript"})
    void shouldCountAsCDoes(String runtime, String language) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            Rig.Worker worker = rig.worker();
            deploy(rig, language, "counter");
            Random random = new Random(5);
            for (int i = 0; i < 600; i++) {
                String key = i % 50 == 0 ? "" : "k" + random.nextInt(9);
                String text = NUMBERS[random.nextInt(NUMBERS.length)];
                if (i % 97 == 0) {
                    worker.put("c" + key, "no number");
                    worker.put("o" + key, "no number");
                }
                String expected = outcome(
                        worker, worker.call("counter", key.isEmpty() ? bytes("") : bytes("c" + key), bytes(text)));
                String actual = outcome(
                        worker,
                        worker.call(language + "_counter", key.isEmpty() ? bytes("") : bytes("o" + key), bytes(text)));
                assertEquals(expected, actual, () -> "key '" + key + "', number '" + text + "'");
                assertEquals(worker.get("c" + key), worker.get("o" + key));
            }
            assertEquals(FunctionStatus.FAILED, worker.call(language + "_counter"));
            assertEquals(1, worker.outcome().resultCode());
        }
    }

    @ParameterizedTest
    @CsvSource({"graalwasm,rust", "graalwasm,assemblyscript", "chicory,rust", "chicory,assemblyscript"})
    void shouldWalkOverRangesAsCDoes(String runtime, String language) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            Rig.Worker worker = rig.worker();
            deploy(rig, language, "range");
            Table table =
                    rig.tenant().createTable("ordered", TableConfig.defaults().withKind(TableKind.ORDERED));
            Random random = new Random(6);
            for (int i = 0; i < 200; i++) {
                worker.put(table, bytes(Integer.toString(random.nextInt(3000), 6)), bytes("value " + i));
            }
            for (int i = 0; i < 300; i++) {
                byte[][] arguments = {
                    bytes(i % 40 == 0 ? "none" : "ordered"),
                    bytes(Integer.toString(random.nextInt(100), 6)),
                    i % 41 == 0 ? bytes("abc") : number(random.nextInt(30)),
                    number(random.nextInt(2))
                };
                String expected = outcome(worker, worker.call("range", arguments));
                assertEquals(expected, outcome(worker, worker.call(language + "_range", arguments)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"graalwasm,rust", "graalwasm,assemblyscript", "chicory,rust", "chicory,assemblyscript"})
    void shouldWriteBehindTheLastKeyAsCDoes(String runtime, String language) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            Rig.Worker worker = rig.worker();
            deploy(rig, language, "range");
            TableConfig ordered = TableConfig.defaults().withKind(TableKind.ORDERED);
            rig.tenant().createTable("c", ordered);
            Table other = rig.tenant().createTable("other", ordered);
            for (int i = 0; i < 12; i++) {
                String expected = outcome(worker, worker.call("range.next_id", bytes("c"), bytes("")));
                String actual = outcome(worker, worker.call(language + "_range.next_id", bytes("other"), bytes("")));
                assertEquals(expected, actual);
            }
            worker.put(other, bytes("x"), bytes("last, and no number"));
            assertEquals(FunctionStatus.FAILED, worker.call(language + "_range.next_id", bytes("other"), bytes("")));
            assertEquals(2, worker.outcome().resultCode());
        }
    }

    @ParameterizedTest
    @CsvSource({"graalwasm", "chicory"})
    void shouldKeepTheMemoryOfAnAssemblyScriptModuleBounded(String runtime) throws FunctionRefusedException {
        try (Rig rig = new Rig(runtime)) {
            Manifest small = Rig.patient("counter").withMemoryPagesMax(2);
            rig.functions().deploy(rig.tenant(), small, Rig.module("examples/assemblyscript/counter"), false);
            byte[] key = new byte[4000];
            for (int i = 1; i <= 200; i++) {
                assertEquals(
                        FunctionStatus.OK,
                        rig.worker().call("counter", key, bytes("1")),
                        () -> rig.worker().outcome().error());
                assertEquals(Integer.toString(i), rig.worker().replyText());
            }
            assertTrue(rig.functions().log(rig.tenant()).isEmpty());
        }
    }
}
