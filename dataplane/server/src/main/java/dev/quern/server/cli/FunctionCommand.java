package dev.quern.server.cli;

import dev.quern.client.ClientTable;
import dev.quern.client.FunctionInfo;
import dev.quern.client.FunctionSpec;
import dev.quern.client.FunctionTarget;
import dev.quern.client.Functions;
import dev.quern.client.QuernClient;
import dev.quern.sandbox.CallArguments;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.Manifest;
import dev.quern.server.ConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A tenant's functions: made, built and tested here; deployed and looked after at a server. */
@Command(
        name = "fn",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "A tenant's functions: init, build, test, deploy, list, describe, pause, resume, logs, remove, invoke.",
        subcommands = {
            FunctionProjectCommands.Init.class,
            FunctionProjectCommands.Build.class,
            FunctionProjectCommands.Test.class
        })
final class FunctionCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    /** Without a command: what there is. */
    @Override
    public void run() {
        java.util.Objects.requireNonNull(spec).commandLine().usage(System.out);
    }

    @Command(
            name = "deploy",
            mixinStandardHelpOptions = true,
            description = "Deploys a WebAssembly module. It is checked first; a refusal says what to change.")
    int deploy(
            @Mixin ConnectOptions connect,
            @Parameters(
                            index = "0",
                            paramLabel = "NAME",
                            description = "What it is called by; or, without FILE, a directory that fn init made.")
                    String name,
            @Parameters(
                            index = "1",
                            arity = "0..1",
                            paramLabel = "FILE",
                            description = "The module, as clang or any other compiler wrote it.")
                    @Nullable
                    Path file,
            @Option(names = "--replace", description = "In place of the function of this name.") boolean replace,
            @Option(names = "--read-only", description = "It may not write.") boolean readOnly,
            @Option(names = "--fresh", description = "Each call begins with the module's initial memory.")
                    boolean fresh,
            @Option(names = "--runtime", paramLabel = "NAME", description = "Instead of the server's choice.") @Nullable
                    String runtime,
            @Option(names = "--time-limit-ms", paramLabel = "MS", description = "Of one call.") @Nullable
                    Long timeLimitMs,
            @Option(names = "--memory-pages", paramLabel = "N", description = "Of 64 KiB, at most.") @Nullable
                    Integer pages,
            @Option(
                            names = "--target-p99-us",
                            paramLabel = "US",
                            description = "How long 99 of 100 calls should take at the most.")
                    @Nullable
                    Long targetP99Us,
            @Option(
                            names = "--calibrate",
                            paramLabel = "ARGUMENT",
                            description = "An argument to try it with before anybody calls it: text, or hex:00ff. What"
                                    + " that writes is dropped. Once for each argument.")
                    @Nullable
                    List<String> calibration) {
        byte[] module;
        Manifest manifest;
        if (file == null) {
            FunctionProject project = FunctionProject.read(directory(name));
            module = project.readModule();
            manifest = project.manifest();
        } else {
            module = module(file);
            manifest = Manifest.named(name);
        }
        manifest = readOnly ? manifest.withReadOnly(true) : manifest;
        manifest = fresh ? manifest.withFresh(true) : manifest;
        manifest = runtime == null ? manifest : manifest.withRuntime(runtime);
        manifest = timeLimitMs == null ? manifest : manifest.withTimeLimitUs(FunctionProject.us(timeLimitMs));
        manifest = pages == null ? manifest : manifest.withMemoryPagesMax(pages);
        manifest = targetP99Us == null ? manifest : manifest.withTargetP99Us(targetP99Us);
        try {
            manifest = calibration == null ? manifest : manifest.withCalibration(CallArguments.parse(calibration));
            manifest.check();
        } catch (FunctionRefusedException bad) {
            throw new ConfigException(String.valueOf(bad.getMessage()));
        }
        FunctionSpec wanted = spec(manifest, module);
        try (QuernClient client = connect.connect()) {
            Functions functions = client.functions();
            print(client.await(replace ? functions.replace(wanted) : functions.deploy(wanted)));
        }
        return 0;
    }

    private static Path directory(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException bad) {
            throw new ConfigException("no directory is called so: " + bad.getMessage());
        }
    }

    /** As a manifest says that passed its check. */
    private static FunctionSpec spec(Manifest manifest, byte[] module) {
        FunctionSpec wanted = FunctionSpec.of(manifest.name(), module)
                .timeLimit(Duration.of(manifest.timeLimitUs(), ChronoUnit.MICROS))
                .memoryPagesMax(manifest.memoryPagesMax());
        wanted = manifest.readOnly() ? wanted.readOnly() : wanted;
        wanted = manifest.fresh() ? wanted.fresh() : wanted;
        wanted = manifest.targetP99Us() == 0
                ? wanted
                : wanted.targetP99(Duration.of(manifest.targetP99Us(), ChronoUnit.MICROS));
        wanted = manifest.calibration().isEmpty() ? wanted : wanted.calibrate(arguments(manifest));
        return manifest.runtime().equals(Manifest.AUTO) ? wanted : wanted.runtime(manifest.runtime());
    }

    /** Out of the list that they are in. */
    private static byte[][] arguments(Manifest manifest) {
        ByteBuffer list = ByteBuffer.wrap(manifest.calibrationArguments()).order(ByteOrder.LITTLE_ENDIAN);
        byte[][] arguments = new byte[list.getInt()][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = new byte[list.getInt()];
            list.get(arguments[i]);
        }
        return arguments;
    }

    private static byte[] module(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw new ConfigException(file + ": no such file");
        } catch (IOException failed) {
            throw new ConfigException(file + ": cannot be read: " + failed.getMessage());
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the tenant's functions.")
    int list(@Mixin ConnectOptions connect) {
        try (QuernClient client = connect.connect()) {
            client.await(client.functions().list()).forEach(FunctionCommand::print);
        }
        return 0;
    }

    @Command(name = "describe", mixinStandardHelpOptions = true, description = "Describes one function.")
    int describe(@Mixin ConnectOptions connect, @Parameters(paramLabel = "NAME") String name) {
        try (QuernClient client = connect.connect()) {
            FunctionInfo info = client.await(client.functions().describe(name));
            if (info == null) {
                System.out.println("no function is called " + name);
                return 1;
            }
            print(info);
            System.out.println("  calls " + info.calls() + ", of which " + info.failures() + " failed");
            System.out.println("  time limit " + info.timeLimit().toNanos() / 1000 + " us, memory "
                    + (info.fresh() ? "fresh" : "kept") + ", " + info.memoryPagesMax() + " pages, module "
                    + info.moduleLength() + " bytes");
            FunctionTarget target = info.target();
            if (target != null) {
                System.out.println("  target of 99 in 100 calls " + target.p99().toNanos() / 1000 + " us: "
                        + target.met() + " were in time, " + target.missed() + " were not");
            }
        }
        return 0;
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Has a function's calls refused, with an error to retry on, until it is resumed or replaced.")
    int pause(@Mixin ConnectOptions connect, @Parameters(paramLabel = "NAME") String name) {
        try (QuernClient client = connect.connect()) {
            return say(client.await(client.functions().pause(name)), "paused", name);
        }
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Undoes pause.")
    int resume(@Mixin ConnectOptions connect, @Parameters(paramLabel = "NAME") String name) {
        try (QuernClient client = connect.connect()) {
            return say(client.await(client.functions().resume(name)), "resumed", name);
        }
    }

    @Command(
            name = "logs",
            mixinStandardHelpOptions = true,
            description = "Shows the newest lines that the tenant's functions logged, oldest first.")
    int logs(@Mixin ConnectOptions connect) {
        try (QuernClient client = connect.connect()) {
            client.await(client.functions().log()).forEach(System.out::println);
        }
        return 0;
    }

    private static int say(boolean isThere, String done, String name) {
        System.out.println(isThere ? done : "no function is called " + name);
        return isThere ? 0 : 1;
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Removes a function.")
    int remove(@Mixin ConnectOptions connect, @Parameters(paramLabel = "NAME") String name) {
        try (QuernClient client = connect.connect()) {
            return say(client.await(client.functions().remove(name)), "removed", name);
        }
    }

    @Command(
            name = "invoke",
            mixinStandardHelpOptions = true,
            description = "Calls a function: NAME for its entry run, NAME.ENTRY for another.")
    int invoke(
            @Mixin ConnectOptions connect,
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "ARGUMENT", arity = "0..*") @Nullable List<String> arguments) {
        try (QuernClient client = connect.connect()) {
            String tableName = connect.table();
            ClientTable table = tableName == null ? client.table() : client.table(tableName);
            List<String> words = new ArrayList<>(List.of("invoke", name));
            words.addAll(arguments == null ? List.of() : arguments);
            return new CliRequests(client, table, System.out).run(words) ? 0 : 1;
        }
    }

    private static void print(FunctionInfo info) {
        System.out.println(info.name() + "  runtime " + info.runtime()
                + (info.headStart() ? " (a faster one is being made ready)" : "") + "  entries " + info.entries()
                + (info.readOnly() ? "  read-only" : "") + (info.paused() ? "  paused" : ""));
    }
}
