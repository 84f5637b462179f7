package dev.quern.server.cli;

import dev.quern.server.ConfigException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows a running server: its cores and their roles, what waits, tenants, functions. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        description = {
            "Shows a running server, again and again: cores and roles, how long requests and calls wait, where calls run, tenants, functions.",
            "Reads what the server tells Prometheus, so it wants a server with metrics.listen."
        })
final class TopCommand implements Callable<Integer> {
    /** To the upper left, and what was there is cleared. */
    private static final String HOME = "\033[H\033[2J";

    @Option(
            names = "--metrics",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9464",
            description = "The server's metrics.listen; ${DEFAULT-VALUE} when not given.")
    private String metrics = "";

    @Option(names = "--once", description = "Prints one picture, of so long as --interval says, and ends.")
    private boolean isOnce;

    @Option(
            names = "--interval",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "How often it looks; ${DEFAULT-VALUE} when not given.")
    private int intervalMs;

    @Override
    public Integer call() throws InterruptedException {
        if (intervalMs < 50 || intervalMs > 60_000) {
            throw new ConfigException("--interval is " + intervalMs + ": it goes from 50 to 60000 ms");
        }
        URI address;
        try {
            address = URI.create("http://" + metrics + "/metrics");
        } catch (IllegalArgumentException bad) {
            throw new ConfigException("--metrics is \"" + metrics + "\": write HOST:PORT, such as 127.0.0.1:9464");
        }
        PrintStream out = System.out;
        try (HttpClient http = HttpClient.newHttpClient()) {
            Scrape before = Scrape.of(http, address);
            do {
                Thread.sleep(Duration.ofMillis(intervalMs));
                Scrape now = Scrape.of(http, address);
                out.print((isOnce ? "" : HOME) + TopFrame.of(before, now));
                out.flush();
                before = now;
            } while (!isOnce && !out.checkError());
        }
        return 0;
    }
}
