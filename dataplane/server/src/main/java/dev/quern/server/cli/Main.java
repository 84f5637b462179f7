package dev.quern.server.cli;

import dev.quern.client.QuernException;
import dev.quern.kvstore.StoreException;
import dev.quern.server.ConfigException;
import java.io.IOException;
import java.util.ServiceLoader;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The one command's entry. */
@Command(
        name = "quern",
        description = "An in-memory key-value store that runs its tenants' functions where their data is.",
        mixinStandardHelpOptions = true,
        version = "Quern 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ServeCommand.class,
            CliCommand.class,
            FunctionCommand.class,
            DoctorCommand.class,
            CalibrateCommand.class,
            TopCommand.class,
            PlacementCommand.class
        })
public final class Main implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command line, with what other modules add. */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
            provider.commands().forEach(line::addSubcommand);
        }
        return line.setExecutionExceptionHandler(Main::failed)
                .setParameterExceptionHandler(Main::misused)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true);
    }

    /** One line that says what was wrong and where to read on. */
    private static int misused(CommandLine.ParameterException wrong, String[] arguments) {
        CommandLine line = wrong.getCommandLine();
        CommandLine.Model.CommandSpec spec = line.getCommandSpec();
        String message =
                wrong instanceof CommandLine.UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()
                        ? unmatched(spec, unmatched)
                        : String.valueOf(wrong.getMessage()).lines().findFirst().orElse("");
        line.getErr().println("quern: " + message + " (see " + spec.qualifiedName() + " --help)");
        return spec.exitCodeOnInvalidInput();
    }

    private static String unmatched(
            CommandLine.Model.CommandSpec spec, CommandLine.UnmatchedArgumentException unmatched) {
        String word = "\"" + unmatched.getUnmatched().get(0) + "\"";
        if (spec.subcommands().isEmpty()) {
            return spec.name() + " takes no further argument, and got " + word;
        }
        return "no command is called " + word + ": there are "
                + String.join(", ", new TreeSet<>(spec.subcommands().keySet()));
    }

    /** What the user can mend is said in one line; anything else is a bug and shows where. */
    private static int failed(Exception thrown, CommandLine line, CommandLine.ParseResult parsed) throws Exception {
        if (thrown instanceof ConfigException
                || thrown instanceof QuernException
                || thrown instanceof StoreException
                || thrown instanceof IOException) {
            line.getErr().println("quern: " + thrown.getMessage());
            return line.getCommandSpec().exitCodeOnExecutionException();
        }
        throw thrown;
    }

    /** Without a command: what there is. */
    @Override
    public void run() {
        java.util.Objects.requireNonNull(spec).commandLine().usage(System.out);
    }
}
