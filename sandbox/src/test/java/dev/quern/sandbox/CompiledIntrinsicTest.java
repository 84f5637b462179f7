package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What becomes of a {@code get} in a hot function, by the compiler's own account: it lists the methods that it expanded into the compiled
 * guest. Without the Graal compiler this is skipped.
 */
@Timeout(180)
class CompiledIntrinsicTest {
    /** Each method that was expanded, indented by its depth; compiled at once and to the end, so that little has to run. */
    private static final List<String> TRACING = List.of(
            "-Dpolyglot.engine.AllowExperimentalOptions=true",
            "-Dpolyglot.engine.MultiTier=false",
            "-Dpolyglot.engine.BackgroundCompilation=false",
            "-Dpolyglot.compiler.TraceMethodExpansion=truffleTier",
            "-Dpolyglot.compiler.NodeSourcePositions=true");

    private static final String TREE = "Expansion tree for ";
    private static final String GET = "IntrinsicObject.execute(";

    /** The classes by which Truffle lets a guest call its host; that a language finds itself is another matter. */
    private static final Pattern HOST_CALL = Pattern.compile(
            "(?m)^\\s*(Host|GuestToHost|ToHost|ToGuest|PolyglotProxy|Polyglot(?!FastThreadLocals))\\w*.*$");

    private static final int CALLS = 3_000;
    private static final int HOPS = 100;

    @Test
    void shouldCompileGetsIntoTheGuestWithoutHostCalls() throws Exception {
        try (Functions functions = Functions.open(FunctionsConfig.defaults())) {
            assumeTrue(functions.report().isCompiledByGraal(), "the Graal compiler is missing");
        }
        String trace = trace();
        String loop = treeOfTheLoop(trace);
        assertTrue(loop.contains("ExecuteHostFunctionNode.execute("), loop);
        assertTrue(loop.contains("IntrinsicObjectGen$InteropLibraryExports$Cached.execute("), loop);
        assertTrue(loop.contains(GET), loop);
        assertFalse(loop.contains("UncachedDispatch"), loop);
        assertFalse(HOST_CALL.matcher(loop).find(), loop);
    }

    /** What was compiled last that has the whole function in it, with its loop and its gets. */
    private static String treeOfTheLoop(String trace) {
        String found = "";
        for (String tree : trace.split(Pattern.quote(TREE), -1)) {
            if (tree.contains("WasmFunctionNode.") && tree.contains(GET)) {
                found = tree;
            }
        }
        assertFalse(found.isEmpty(), trace);
        return found;
    }

    private static String trace() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!option.startsWith("-javaagent") && !option.startsWith("-agentlib")) {
                command.add(option);
            }
        }
        command.addAll(TRACING);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(HotJvm.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), output);
        assertEquals(0, process.exitValue(), output);
        return output;
    }

    /** Calls a function that gets in a loop until it is compiled. */
    static final class HotJvm {
        private HotJvm() {}

        public static void main(String[] arguments) throws FunctionRefusedException {
            try (Rig rig = new Rig("graalwasm")) {
                rig.example("lookup");
                String key = "0123456789abcdef";
                rig.worker().put(key, key + "the rest of a value that names itself");
                for (int i = 0; i < CALLS; i++) {
                    int status = rig.worker().call("lookup", Rig.bytes(key), Rig.number(HOPS));
                    if (status != FunctionStatus.OK) {
                        throw new IllegalStateException(rig.worker().outcome().error());
                    }
                }
            }
        }
    }
}
