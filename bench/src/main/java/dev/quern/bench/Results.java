package dev.quern.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.quern.bench.peers.Tools;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs kept on disk, a directory each, named by when it began. Every bench of a run leaves there what it printed, a record of its targets, and its
 * plots, as soon as it ends: a run that is cut off has what ended before.
 */
final class Results {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss", Locale.ROOT);
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);
    private static final String RECORD = ".json";
    private static final String PRINTED = ".txt";
    /** A ratio over nothing is no number: at smoke size on a busy machine a case may come to nothing. */
    private static final Gson JSON = new GsonBuilder()
            .setPrettyPrinting()
            .serializeSpecialFloatingPointValues()
            .create();

    private static final Duration VERSION_MAX = Duration.ofSeconds(5);

    /** A bench's record, and the directory that it is in. */
    record Kept(Path directory, BenchRecord record) {
        Path printed() {
            return directory.resolve(record.bench() + PRINTED);
        }
    }

    /**
     * The full runs of one bench.
     *
     * @param latest of those that did not fail, if there is one
     * @param earlier of those that did not fail, the oldest first
     */
    record FullRuns(Kept latest, List<BenchRecord> earlier) {}

    private Results() {}

    /** Where runs are kept: ignored by git. */
    static Path root() {
        return Path.of(System.getProperty("quern.root", "."), "bench", "results");
    }

    /** A new run's directory. */
    static Path newRun(Path results) throws IOException {
        return Files.createDirectories(
                results.resolve(LocalDateTime.now(ZoneId.systemDefault()).format(STAMP)));
    }

    /** Local time to the minute. */
    static String now() {
        return LocalDateTime.now(ZoneId.systemDefault()).format(MINUTE);
    }

    /** Runs a bench to its end, and keeps what comes of it. */
    static BenchRecord run(Bench bench, boolean isQuick, Path directory, PrintStream out) throws IOException {
        String startedAt = now();
        String loadAverages = Machine.loadAverages();
        BenchRunner.Outcome outcome;
        try (OutputStream file = Files.newOutputStream(directory.resolve(bench.name() + PRINTED));
                PrintStream both = new PrintStream(new Both(out, file), true, StandardCharsets.UTF_8)) {
            outcome = BenchRunner.outcome(bench, isQuick, both, directory);
        }
        BenchRecord record = new BenchRecord(
                bench.name(),
                isQuick,
                startedAt,
                Machine.describe(),
                loadAverages,
                versions(),
                outcome.code(),
                "",
                outcome.seconds(),
                outcome.targets(),
                outcome.plots());
        write(directory, record);
        return record;
    }

    static void write(Path directory, BenchRecord record) throws IOException {
        Files.writeString(
                directory.resolve(record.bench() + RECORD), JSON.toJson(record) + "\n", StandardCharsets.UTF_8);
    }

    /** The record of a bench in a run; empty when it left none. */
    static Optional<BenchRecord> read(Path directory, String bench) throws IOException {
        Path file = directory.resolve(bench + RECORD);
        return Files.exists(file)
                ? Optional.of(JSON.fromJson(Files.readString(file), BenchRecord.class))
                : Optional.empty();
    }

    /** The full runs of each of these benches that came to their end; of one that never did, the latest that failed. */
    static Map<String, FullRuns> fullRuns(Path results, List<String> benches) throws IOException {
        List<Path> runs = new ArrayList<>();
        if (Files.isDirectory(results)) {
            try (Stream<Path> all = Files.list(results)) {
                all.filter(Files::isDirectory).sorted().forEach(runs::add);
            }
        }
        Map<String, FullRuns> full = new LinkedHashMap<>();
        for (String bench : benches) {
            List<Kept> ended = new ArrayList<>();
            Kept failed = null;
            for (Path run : runs) {
                Optional<BenchRecord> record = read(run, bench);
                if (record.isEmpty() || record.get().isQuick()) {
                    continue;
                }
                Kept kept = new Kept(run, record.get());
                if (record.get().isFailed()) {
                    failed = kept;
                } else {
                    ended.add(kept);
                }
            }
            if (!ended.isEmpty()) {
                List<BenchRecord> earlier = ended.stream()
                        .limit(ended.size() - 1L)
                        .map(Kept::record)
                        .toList();
                full.put(bench, new FullRuns(ended.getLast(), earlier));
            } else if (failed != null) {
                full.put(bench, new FullRuns(failed, List.of()));
            }
        }
        return full;
    }

    /** Of this tree, and of the servers that stand beside ours, as they tell them. */
    private static String versions() {
        List<String> versions = new ArrayList<>();
        String root = System.getProperty("quern.root", ".");
        version(List.of("git", "-C", root, "describe", "--always", "--dirty"))
                .ifPresent(v -> versions.add("Quern " + v));
        version(List.of("redis-server", "--version"))
                .ifPresent(v -> versions.add("Redis " + v.replaceFirst(".*v=(\\S+).*", "$1")));
        version(List.of("memcached", "--version")).ifPresent(versions::add);
        version(List.of("tarantool", "--version")).ifPresent(versions::add);
        return String.join(", ", versions);
    }

    private static Optional<String> version(List<String> command) {
        if (!Tools.isOnPath(command.getFirst())) {
            return Optional.empty();
        }
        try {
            return Tools.run(command, VERSION_MAX).lines().findFirst();
        } catch (BenchFailedException untold) {
            return Optional.empty();
        }
    }

    /** Writes to both, and closes neither. */
    private static final class Both extends OutputStream {
        private final OutputStream first;
        private final OutputStream second;

        Both(OutputStream first, OutputStream second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public void write(int octet) throws IOException {
            first.write(octet);
            second.write(octet);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            first.write(bytes, offset, length);
            second.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            first.flush();
            second.flush();
        }
    }
}
