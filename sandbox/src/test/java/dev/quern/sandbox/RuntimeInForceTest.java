package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which runtime runs functions: GraalWasm, compiled, under the project's JVM options; Chicory where they are missing. */
@Timeout(60)
class RuntimeInForceTest {
    @Test
    void shouldRunCompiledByGraalUnderTheProjectsOptions() {
        try (Functions functions = Functions.open(FunctionsConfig.defaults())) {
            RuntimeReport report = functions.report();
            assertEquals("graalwasm", report.runtime(), report.line());
            assertTrue(report.isCompiledByGraal(), report.line());
        }
    }

    @Test
    void shouldRunOnChicoryInAJvmWithoutTheCompiler() throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        PlainJvm.class.getName())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), output);
        assertEquals(0, process.exitValue(), output);
        assertTrue(output.contains("runtime chicory, sum 42"), output);
        assertTrue(output.contains("scripts/jvm.options"), output);
    }

    /** An embedder without any JVM options. */
    static final class PlainJvm {
        private PlainJvm() {}

        public static void main(String[] arguments) throws FunctionRefusedException {
            try (Rig rig = new Rig(Manifest.AUTO)) {
                String runtime = rig.example("counter").runtime();
                rig.worker().call("counter", Rig.bytes("n"), Rig.bytes("40"));
                rig.worker().call("counter", Rig.bytes("n"), Rig.bytes("2"));
                System.out.println(rig.functions().report().line());
                System.out.println(
                        "runtime " + runtime + ", sum " + rig.worker().replyText());
            }
        }
    }
}
