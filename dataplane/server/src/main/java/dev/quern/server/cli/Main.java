package dev.quern.server.cli;

import dev.quern.client.QuernException;
import dev.quern.server.ConfigException;
import java.io.IOException;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The one command's entry. */
@Command(
        name = "quern",
        description = "An in-memory key-value store that runs its tenants' functions where their data is.",
        mixinStandardHelpOptions = true,
        version = "Quern 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ServeCommand.class, CliCommand.class, FunctionCommand.class})
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
                .setUsageHelpAutoWidth(true);
    }

    /** What cannot be understood is said in one line, which names the help that there is. */
    private static int misused(CommandLine.ParameterException misuse, String[] arguments) {
        CommandLine line = misuse.getCommandLine();
        String message = String.valueOf(misuse.getMessage()).lines().findFirst().orElse("");
        line.getErr()
                .println("quern: " + message + "; see " + line.getCommandSpec().qualifiedName() + " --help");
        return line.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** What the user can mend is said in one line; anything else is a bug and shows where. */
    private static int failed(Exception thrown, CommandLine line, CommandLine.ParseResult parsed) throws Exception {
        if (thrown instanceof ConfigException || thrown instanceof QuernException || thrown instanceof IOException) {
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
