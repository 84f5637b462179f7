package dev.quern.server.cli;

import dev.quern.server.ConfigException;
import dev.quern.server.ConfigFile;
import dev.quern.server.Quern;
import dev.quern.server.Server;
import dev.quern.server.ServerConfig;
import dev.quern.server.TenantSettings;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a server until SIGTERM or Ctrl-C. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a server until it gets SIGTERM or Ctrl-C, which drain it.",
            "Without options it listens on this machine only: Redis clients on 127.0.0.1:6379, native ones on UDP from"
                    + " 127.0.0.1:7400, one tenant \"default\" without a secret."
        })
final class ServeCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", description = "Settings in TOML; options given here go before it.")
    private @Nullable Path config;

    @Option(names = "--resp", paramLabel = "HOST:PORT", description = "Where Redis clients connect, or \"off\".")
    private @Nullable String resp;

    @Option(
            names = "--udp",
            paramLabel = "HOST:PORT",
            description = "Where native clients send, or \"off\"; each core takes one port, from this one up.")
    private @Nullable String udp;

    @Option(
            names = "--shm",
            paramLabel = "DIRECTORY",
            arity = "0..1",
            fallbackValue = "on",
            description = "Shares memory with clients of this machine, who find it by this directory;"
                    + " /dev/shm/quern-USER when none is given.")
    private @Nullable String shm;

    @Option(
            names = "--tenant",
            paramLabel = "NAME:SECRET",
            description = "A tenant; repeatable. NAME alone has no secret and is for loopback only.")
    private List<String> tenants = new ArrayList<>();

    @Option(names = "--cores", paramLabel = "N", description = "Core loops; half of the processors when not given.")
    private @Nullable Integer cores;

    @Option(
            names = "--cpus",
            paramLabel = "N,N…",
            split = ",",
            description = "Processors to pin the cores to, one for each; none when not given.")
    private @Nullable List<Integer> cpus;

    @Override
    public Integer call() throws Exception {
        Server server;
        try {
            server = Quern.start(settings());
        } catch (BindException taken) {
            throw new ConfigException(
                    taken.getMessage()
                            + ": stop whoever listens there, or choose another address (--udp, --resp; port 0 takes a free one)");
        }
        CountDownLatch drained = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(server, drained), "quern-shutdown"));
        report(server);
        drained.await();
        return 0;
    }

    private ServerConfig settings() {
        ServerConfig.Builder builder = ServerConfig.builder();
        if (config != null) {
            ConfigFile.read(config, builder);
        }
        if (resp != null) {
            builder.resp(resp);
        }
        if (udp != null) {
            builder.udp(udp);
        }
        if (shm != null) {
            builder.shm(shm);
        }
        if (cores != null) {
            builder.cores(cores);
        }
        if (cpus != null) {
            builder.cpus(cpus);
        }
        if (builder.listensNowhere()) {
            throw new ConfigException(
                    "udp.listen, resp.listen and shm.directory are all off, so that nobody could reach the server: give --udp or"
                            + " --resp an address, or --shm");
        }
        for (String tenant : tenants) {
            int colon = tenant.indexOf(':');
            String name = colon < 0 ? tenant : tenant.substring(0, colon);
            builder.tenant(TenantSettings.of(name, colon < 0 ? "" : tenant.substring(colon + 1)));
        }
        return builder.build();
    }

    private static void report(Server server) {
        server.listening().forEach(line -> System.out.println("listening: " + line));
        System.out.println("cores: " + server.config().cores()
                + (server.config().cpus().isEmpty()
                        ? ""
                        : " on processors " + server.config().cpus()));
        server.config().tenants().forEach(tenant -> System.out.println(tenant));
        System.out.println("functions: " + server.functions().report().line());
        System.out.println("ready");
        System.out.flush();
    }

    private static void drain(Server server, CountDownLatch drained) {
        System.out.println("draining");
        server.close();
        System.out.println("drained");
        System.out.flush();
        drained.countDown();
    }
}
