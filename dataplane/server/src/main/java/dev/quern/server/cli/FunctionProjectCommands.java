package dev.quern.server.cli;

import dev.quern.kvstore.StoreException;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.FunctionsConfig;
import dev.quern.sandbox.Manifest;
import dev.quern.server.ConfigException;
import dev.quern.server.cli.FunctionTestFile.TestCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What of {@code fn} needs no server: making, building and testing a function's directory. */
final class FunctionProjectCommands {
    private static final String DIRECTORY = "Its directory; ${DEFAULT-VALUE} when not given.";

    private FunctionProjectCommands() {}

    /** {@code fn init}. */
    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = "Makes a directory NAME with a function that works: source, SDK, build script and test.")
    static final class Init implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "LANGUAGE", description = "c, rust, assemblyscript or java.")
        private String language = "";

        @Parameters(index = "1", paramLabel = "NAME", description = "What it will be called by.")
        private String name = "";

        @Option(names = "--in", paramLabel = "DIRECTORY", defaultValue = ".", description = "Where NAME is made.")
        private Path parent = Path.of(".");

        @Override
        public Integer call() throws IOException {
            FunctionTemplates.of(language).write(parent, name).forEach(System.out::println);
            Path made = parent.resolve(name).normalize();
            System.out.println(
                    "next: quern fn build " + made + " && quern fn test " + made + " && quern fn deploy " + made);
            return 0;
        }
    }

    /** {@code fn build}. */
    @Command(name = "build", mixinStandardHelpOptions = true, description = "Builds a function's module.")
    static final class Build implements Callable<Integer> {
        @Parameters(paramLabel = "DIRECTORY", defaultValue = ".", description = DIRECTORY)
        private Path directory = Path.of(".");

        @Override
        public Integer call() throws IOException, InterruptedException {
            FunctionProject project = FunctionProject.read(directory);
            ProcessBuilder build = new ProcessBuilder(project.build())
                    .directory(directory.toFile())
                    .inheritIO();
            // For functions in Java, which need a JDK as new as this one.
            build.environment().putIfAbsent("JAVA_HOME", System.getProperty("java.home"));
            int code = build.start().waitFor();
            if (code != 0) {
                throw new ConfigException(String.join(" ", project.build()) + " ended with " + code
                        + "; scripts/setup-guest-tools installs compilers");
            }
            System.out.println(project.module() + ", " + project.readModule().length + " bytes");
            return 0;
        }
    }

    /** {@code fn test}. */
    @Command(
            name = "test",
            mixinStandardHelpOptions = true,
            description = "Runs the tests of a function's test.toml, each in a store of its own; needs no server.")
    static final class Test implements Callable<Integer> {
        @Parameters(paramLabel = "DIRECTORY", defaultValue = ".", description = DIRECTORY)
        private Path directory = Path.of(".");

        @Override
        public Integer call() {
            FunctionProject project = FunctionProject.read(directory);
            Path testFile = directory.resolve(FunctionTestFile.FILE);
            List<TestCase> tests = FunctionTestFile.read(testFile);
            int failed = 0;
            try (Functions functions = Functions.open(new FunctionsConfig(
                    Manifest.AUTO, false, FunctionsConfig.defaults().quantumUs()))) {
                FunctionTestRun run = new FunctionTestRun(functions, project.manifest(), project.readModule());
                for (TestCase test : tests) {
                    String wrong = run.run(test);
                    System.out.println((wrong == null ? "passed  " : "FAILED  ") + test.name());
                    if (wrong != null) {
                        System.out.println("        " + wrong);
                        failed++;
                    }
                }
            } catch (FunctionRefusedException refused) {
                throw new ConfigException("refused: " + refused.getMessage());
            } catch (StoreException bad) {
                throw new ConfigException(testFile + ": " + bad.getMessage());
            } catch (IllegalArgumentException unavailable) {
                throw new ConfigException(String.valueOf(unavailable.getMessage()));
            }
            System.out.println((tests.size() - failed) + " of " + tests.size() + " passed");
            return failed == 0 ? 0 : 1;
        }
    }
}
