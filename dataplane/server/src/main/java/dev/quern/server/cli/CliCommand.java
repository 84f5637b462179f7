package dev.quern.server.cli;

import dev.quern.client.ClientTable;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.server.ConfigException;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Talks to a server by hand, over the native protocol. */
@Command(
        name = "cli",
        mixinStandardHelpOptions = true,
        description = {
            "Sends one request, or, without one, reads requests line by line (\"quotes\" keep spaces together).",
            "Requests:",
            "  get KEY                     put KEY VALUE [ttl MS]     del KEY",
            "  incr KEY [DELTA]            cas KEY VERSION VALUE      expire KEY MS",
            "  ttl KEY                     mget KEY…                  scan [COUNT]",
            "  invoke FUNCTION [ARGUMENT…] functions                  stats",
            "  roles                       events                     ping",
            "  role CORE serving|functions|dedicated [TENANT]         role release",
            "  help                        quit"
        })
final class CliCommand implements Callable<Integer> {
    @Mixin
    private ConnectOptions connect = new ConnectOptions();

    @Parameters(paramLabel = "REQUEST", arity = "0..*", description = "One request; none for a conversation.")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        try (QuernClient client = connect.connect()) {
            String name = connect.table();
            ClientTable table = name == null ? client.table() : client.table(name);
            CliRequests requests = new CliRequests(client, table, System.out);
            if (!words.isEmpty()) {
                return requests.run(words) ? 0 : 1;
            }
            return converse(requests);
        }
    }

    private static int converse(CliRequests requests) throws IOException {
        Console console = System.console();
        @SuppressWarnings("SystemConsoleNull") // as its contract has it
        boolean person = console != null && console.isTerminal();
        PrintStream out = System.out;
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        boolean good = true;
        while (true) {
            if (person) {
                out.print("quern> ");
                out.flush();
            }
            String line = in.readLine();
            if (line == null) {
                return good || person ? 0 : 1;
            }
            List<String> typed = split(line);
            if (typed.isEmpty()) {
                continue;
            }
            if (typed.get(0).equals("quit") || typed.get(0).equals("exit")) {
                return 0;
            }
            try {
                good &= requests.run(typed);
            } catch (QuernException | ConfigException refused) {
                out.println("error: " + refused.getMessage());
                good = false;
            }
        }
    }

    /** Words, with double quotes around what holds spaces and a backslash before a quote within. */
    static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean begun = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                word.append(line.charAt(++i));
                begun = true;
            } else if (c == '"') {
                quoted = !quoted;
                begun = true;
            } else if (Character.isWhitespace(c) && !quoted) {
                if (begun) {
                    words.add(word.toString());
                }
                word.setLength(0);
                begun = false;
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (begun) {
            words.add(word.toString());
        }
        return words;
    }
}
