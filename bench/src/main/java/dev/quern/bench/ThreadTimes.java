package dev.quern.bench;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How long each thread of a process ran, and waited for a processor that another had, since it began. By {@code /proc}; where there is none,
 * no thread is known.
 */
public record ThreadTimes(long takenNs, String caller, Map<String, Times> byThread) {
    private static final Path PROCESSES = Path.of("/proc");
    private static final Path CALLER = Path.of("/proc/thread-self");
    private static final Times NONE = new Times("", 0, 0);

    /** Of one thread. */
    public record Times(String name, long ranNs, long waitedNs) {}

    /**
     * Parts of the time between two looks.
     *
     * @param waited by one thread, for its processor
     * @param others ran: the other threads but the caller, of one processor
     * @param busiest of the others, by name
     */
    public record Shares(double waited, double others, String busiest) {}

    public ThreadTimes {
        byThread = Map.copyOf(byThread);
    }

    /** Of this process, as of now. */
    public static ThreadTimes now() {
        return of(ProcessHandle.current().pid());
    }

    /** Of a process, as of now; of one that has ended, no thread is known. */
    public static ThreadTimes of(long pid) {
        Map<String, Times> found = new HashMap<>();
        String caller = "";
        Path all = PROCESSES.resolve(Long.toString(pid)).resolve("task");
        if (Files.isDirectory(all)) {
            try (DirectoryStream<Path> tasks = Files.newDirectoryStream(all)) {
                caller = CALLER.toRealPath().getFileName().toString();
                for (Path task : tasks) {
                    addTo(found, task);
                }
            } catch (IOException | DirectoryIteratorException unreadable) {
                found.clear();
            }
        }
        return new ThreadTimes(System.nanoTime(), caller, found);
    }

    private static void addTo(Map<String, Times> found, Path task) {
        try {
            String[] fields = Files.readString(task.resolve("schedstat")).trim().split(" ", -1);
            String name = Files.readString(task.resolve("comm")).trim();
            found.put(
                    task.getFileName().toString(),
                    new Times(name, Long.parseLong(fields[0]), Long.parseLong(fields[1])));
        } catch (IOException ended) {
            found.remove(task.getFileName().toString()); // Between the listing and the look.
        }
    }

    /** What came since then, by the caller's same thread. */
    public Shares since(ThreadTimes before, String watched) {
        long waitedNs = 0;
        long othersNs = 0;
        long mostNs = 0;
        String busiest = "";
        for (Map.Entry<String, Times> each : byThread.entrySet()) {
            Times times = each.getValue();
            Times begun = before.byThread.getOrDefault(each.getKey(), NONE);
            if (times.name.equals(watched)) {
                waitedNs += times.waitedNs - begun.waitedNs;
            } else if (!each.getKey().equals(caller)) {
                long ranNs = times.ranNs - begun.ranNs;
                othersNs += ranNs;
                busiest = ranNs > mostNs ? times.name : busiest;
                mostNs = Math.max(mostNs, ranNs);
            }
        }
        double elapsedNs = Math.max(1, takenNs - before.takenNs);
        return new Shares(waitedNs / elapsedNs, othersNs / elapsedNs, busiest);
    }

    /** How much of one processor threads of such names had since then, all together. */
    public double ran(ThreadTimes before, Predicate<String> names) {
        long ranNs = 0;
        for (Map.Entry<String, Times> each : byThread.entrySet()) {
            Times times = each.getValue();
            if (names.test(times.name)) {
                ranNs += times.ranNs - before.byThread.getOrDefault(each.getKey(), NONE).ranNs;
            }
        }
        return ranNs / (double) Math.max(1, takenNs - before.takenNs);
    }
}
