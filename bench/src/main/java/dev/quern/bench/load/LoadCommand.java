package dev.quern.bench.load;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.Machine;
import dev.quern.bench.report.Reports;
import dev.quern.bench.report.RunResult;
import dev.quern.bench.workload.TenantMix;
import dev.quern.bench.workload.Workload;
import dev.quern.bench.workload.Workloads;
import dev.quern.bench.workload.WrongAnswerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quern load}. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = {
            "Loads a server and measures what it answers: Quern by any of its ports, Redis, memcached, or Tarantool.",
            "With --rate, requests are due by the clock and latency runs from then on (open loop); with --in-flight, so"
                    + " many are kept under way (closed loop). Every answer is checked."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:every answer was right",
            "1:one was wrong or missing",
            "2:wrong usage: no server at the target, or one that cannot do the workload, too",
            "3:a rate was asked for that the server did not hold"
        })
public final class LoadCommand implements Callable<Integer> {
    private static final int NOT_HELD = 3;

    /** As many as a session's window holds. */
    private static final int SLOTS_NATIVE = 1 << 10;

    private static final int SLOTS_MAX = 1 << 16;
    private static final int IN_FLIGHT_DEFAULT = 64;
    private static final String TENANTS = "tenants";
    private static final int RECORDS_EACH_MIN = 2;
    private static final String NUMBER = "\\d+(\\.\\d+)?";

    @Parameters(
            arity = "0..1",
            paramLabel = "TARGET",
            defaultValue = "ring",
            description = "udp://HOST:PORT, shm:DIRECTORY or ring (a server in this JVM; the default) for Quern's own"
                    + " protocol, resp://HOST:PORT for Redis and Quern's door for its clients, memcached://HOST:PORT,"
                    + " tarantool://HOST:PORT")
    private String address = "ring";

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            defaultValue = "simple",
            description =
                    "simple, ycsb-a to ycsb-f, etc, twitter-CLUSTER, noop, noop-N, gets-K, call-K, social, ledger, classes, vectors, or tenants; ${DEFAULT-VALUE} when not given")
    private String workloadName = "simple";

    @Option(
            names = "--records",
            paramLabel = "N",
            defaultValue = "100000",
            description = "records to put first; ${DEFAULT-VALUE} when not given")
    private int records = 100_000;

    @Option(
            names = "--no-load",
            description = "the records and functions are there from an earlier run of the same workload")
    private boolean isLoaded;

    @Option(
            names = "--tenants",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "of tenants: how many, named TENANT-0 and on, each with a share of --records; the server must have them")
    private int tenants;

    @Option(
            names = "--own-sockets",
            description = "of tenants: each by a socket of its own over UDP, instead of all over one")
    private boolean hasOwnSockets;

    @Option(
            names = "--tenant-skew",
            paramLabel = "NAME",
            defaultValue = "azure",
            description = "of tenants: azure, zipf:EXPONENT or uniform; ${DEFAULT-VALUE} when not given")
    private String tenantRates = "azure";

    @Option(
            names = "--gets",
            paramLabel = "SHARE",
            defaultValue = "1",
            description =
                    "of simple and tenants: the share of gets, the rest are puts, or calls; ${DEFAULT-VALUE} when not given")
    private double getShare = 1;

    @Option(
            names = "--keys",
            paramLabel = "NAME",
            defaultValue = "uniform",
            description = "of simple: uniform, zipf:EXPONENT, ycsb or latest; ${DEFAULT-VALUE} when not given")
    private String keys = "uniform";

    @Option(
            names = "--key-bytes",
            paramLabel = "N",
            defaultValue = "16",
            description = "of simple: a key's length; ${DEFAULT-VALUE} when not given")
    private int keyBytes = 16;

    @Option(
            names = "--value-bytes",
            paramLabel = "N",
            defaultValue = "100",
            description = "of simple: a value's length; ${DEFAULT-VALUE} when not given")
    private int valueBytes = 100;

    @Option(
            names = "--rate",
            paramLabel = "N",
            split = ",",
            description = "requests a second; several are run as steps, one after the other")
    private List<Double> rates = new ArrayList<>();

    @Option(names = "--ramp", paramLabel = "FROM:TO", description = "requests a second, rising along a straight line")
    private @Nullable String ramp;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            split = ",",
            description = "requests to keep under way; several are run as steps; 64 when no rate is given")
    private List<Integer> inFlight = new ArrayList<>();

    @Option(
            names = "--poisson",
            description = "with --rate: requests come at random, as from many callers, not at equal distances")
    private boolean isPoisson;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "of each step; ${DEFAULT-VALUE} when not given")
    private double durationS = 10;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = "at the first step's load, not counted; ${DEFAULT-VALUE} when not given")
    private double warmUpS = 3;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1",
            description = "sessions, or TCP connections; ${DEFAULT-VALUE} when not given")
    private int connections = 1;

    @Option(names = "--tenant", paramLabel = "NAME", defaultValue = "default", description = "of Quern's own protocol")
    private String tenant = "default";

    @Option(names = "--secret", paramLabel = "TEXT", defaultValue = "", description = "of that tenant")
    private String secret = "";

    @Option(
            names = "--table",
            paramLabel = "NAME",
            defaultValue = "",
            description = "of that tenant; the default table when not given, and an ordered one for ycsb-e")
    private String table = "";

    @Option(
            names = "--cpu",
            paramLabel = "N",
            defaultValue = "-1",
            description = "pin the generating thread to this processor")
    private int cpu = -1;

    @Option(
            names = "--server-cpu",
            paramLabel = "N",
            defaultValue = "-1",
            description = "with ring: pin the server's core to this processor")
    private int serverCpu = -1;

    @Option(
            names = "--profile",
            arity = "0..1",
            paramLabel = "async|jfr",
            fallbackValue = "async",
            description =
                    "take samples of the server meanwhile, print where its time and its allocations went, and draw a flame"
                            + " graph; of ring, or of the JVM that --profile-pid names. async: by async-profiler, or by"
                            + " the JDK's flight recorder where that cannot be had; jfr: by the latter")
    private Profile.@Nullable Kind profiler;

    @Option(names = "--profile-pid", paramLabel = "PID", description = "the server's JVM, on this machine")
    private @Nullable Long profiledPid;

    @Option(names = "--json", paramLabel = "FILE", description = "write everything measured as JSON")
    private @Nullable Path json;

    @Option(names = "--csv", paramLabel = "FILE", description = "write a line for each step")
    private @Nullable Path csv;

    @Option(names = "--html", paramLabel = "FILE", description = "write a page with plots")
    private @Nullable Path html;

    @Spec
    private @Nullable CommandSpec spec;

    /** For picocli. */
    public LoadCommand() {}

    @Override
    public Integer call() throws IOException {
        List<Phase> phases;
        Workload workload;
        Target target;
        LoadRun.Settings settings;
        try {
            settings = settings();
            phases = phases();
            workload = workload();
            Target.check(address, workloadName, tenants, !workload.functions().isEmpty());
            makeDirectories();
            target = new Target(address, login(), serverCpu < 0 ? List.of() : List.of(serverCpu));
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec().commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
        try (target;
                @Nullable Profile profile = profile()) {
            RunResult result = LoadRun.run(target, workload, phases, settings, command(), System.out::println);
            System.out.print(Reports.text(result));
            if (profile != null) {
                System.out.print(profile.stop());
            }
            write(result);
            return result.phases().stream().allMatch(phase -> phase.held()) ? 0 : NOT_HELD;
        } catch (UnreachableException | UnsupportedOperationException wrong) {
            System.err.println("quern load: " + wrong.getMessage());
            return CommandLine.ExitCode.USAGE;
        } catch (BenchFailedException | WrongAnswerException | IllegalStateException failed) {
            System.err.println("quern load: " + failed.getMessage());
            return 1;
        }
    }

    /** Of what is written in the end: a run is not to fail then. */
    private void makeDirectories() {
        for (Path file : Arrays.asList(json, csv, html)) {
            if (file != null) {
                try {
                    Files.createDirectories(file.toAbsolutePath().getParent());
                } catch (IOException e) {
                    throw new IllegalArgumentException("no file can be written in the directory of " + file, e);
                }
            }
        }
    }

    private Workload workload() {
        if (!(getShare >= 0 && getShare <= 1)) {
            throw new IllegalArgumentException("--gets is a share, from 0 to 1, not " + getShare);
        }
        if (workloadName.equalsIgnoreCase(TENANTS) != tenants > 0) {
            throw new IllegalArgumentException("--workload tenants and --tenants N go together");
        }
        return tenants > 0
                ? new TenantMix(tenants, tenantRates, getShare, Math.max(RECORDS_EACH_MIN, records / tenants))
                : Workloads.parse(workloadName, records, new Workloads.Choice(getShare, keys, keyBytes, valueBytes));
    }

    private @Nullable Profile profile() throws IOException {
        if (profiler == null && profiledPid == null) {
            return null;
        }
        if (profiledPid == null && !address.equals("ring")) {
            throw new ParameterException(
                    spec().commandLine(), "only ring runs in this JVM: name the server's by --profile-pid");
        }
        return Profile.start(
                profiler == null ? Profile.Kind.ASYNC : profiler,
                profiledPid == null ? ProcessHandle.current().pid() : profiledPid,
                System.out::println);
    }

    private Target.Login login() {
        boolean isOrdered = Workloads.isOrdered(workloadName);
        if (workloadName.equalsIgnoreCase("vectors") && !table.isEmpty()) {
            throw new IllegalArgumentException("vectors are in a table of their own: leave out --table");
        }
        return new Target.Login(
                tenant,
                secret,
                isOrdered && table.isEmpty() ? Workloads.ORDERED_TABLE : table,
                isOrdered,
                tenants,
                hasOwnSockets);
    }

    private LoadRun.Settings settings() {
        // A slot for all that an open loop may have under way; what finds none waits, and its latency tells.
        if (connections < 1) {
            throw new IllegalArgumentException("--connections is 1 at least, not " + connections);
        }
        if (Math.max(cpu, serverCpu) >= Machine.processors()) {
            throw new IllegalArgumentException("--cpu and --server-cpu are from 0 to " + (Machine.processors() - 1)
                    + " here, not " + Math.max(cpu, serverCpu));
        }
        int slots = Math.min(SLOTS_MAX, SLOTS_NATIVE * connections);
        return new LoadRun.Settings(connections, slots, SLOTS_NATIVE, isPoisson, !isLoaded, cpu);
    }

    private List<Phase> phases() {
        Duration time = seconds(durationS, "--duration");
        List<Phase> phases = new ArrayList<>();
        for (double rate : rates) {
            phases.add(Phase.open(String.format(Locale.ROOT, "%,.0f/s", rate), time, rate));
        }
        if (ramp != null) {
            String[] ends = ramp.split(":", -1);
            if (ends.length != 2 || !ends[0].matches(NUMBER) || !ends[1].matches(NUMBER)) {
                throw new IllegalArgumentException("--ramp is FROM:TO, such as 1000:50000, not " + ramp);
            }
            phases.add(Phase.ramp("ramp " + ramp, time, Double.parseDouble(ends[0]), Double.parseDouble(ends[1])));
        }
        List<Integer> numbers = phases.isEmpty() && inFlight.isEmpty() ? List.of(IN_FLIGHT_DEFAULT) : inFlight;
        for (int number : numbers) {
            phases.add(Phase.closed(number + " in flight", time, number));
        }
        if (warmUpS > 0) {
            phases.addFirst(phases.getFirst().warmUp(seconds(warmUpS, "--warm-up")));
        }
        return phases;
    }

    private static Duration seconds(double seconds, String option) {
        if (!(seconds > 0 && seconds <= Duration.ofDays(1).toSeconds())) {
            throw new IllegalArgumentException(option + " is more than 0 s and at most a day, not " + seconds);
        }
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    private String command() {
        return "scripts/quern "
                + String.join(" ", spec().commandLine().getParseResult().originalArgs());
    }

    private void write(RunResult result) throws IOException {
        if (json != null) {
            Reports.writeJson(result, json);
        }
        if (csv != null) {
            Reports.writeCsv(List.of(result), csv);
        }
        if (html != null) {
            Reports.writeHtml(List.of(result), html);
        }
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("run by picocli only");
        }
        return spec;
    }
}
