package dev.quern.bench.micro;

import dev.quern.bench.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What stands beside what: each of ours, and what one would take instead, doing the same work. */
final class Pairs {
    /** A time and its error, both in nanoseconds an operation; the error is no number where there are too few iterations to tell. */
    record Time(double ns, double errorNs) {}

    private record Pair(String ours, List<String> others) {}

    private static final List<Pair> ALL = List.of(
            pair("decodeGet", "decodeGetBuffer", "decodeGetChronicle"),
            pair("encodeReply", "encodeReplyBuffer", "encodeReplyChronicle"),
            pair("checksum", "checksumPlain"),
            pair("storeGet", "storeGetHashMap", "storeGetConcurrentMap"),
            pair("storePut", "storePutConcurrentMap"),
            pair("storeCommit", "storeCommitBare", "storeCommitLockedMap"),
            pair("allocateSlab", "allocateMalloc", "allocateArray", "allocateArena"),
            pair("functionNoop", "functionNoopJava", "functionNoopPolyglot", "functionNoopChicory"),
            pair("functionFourHops", "functionFourHopsJava"),
            pair("intrinsicGet", "intrinsicGetJava", "intrinsicGetPolyglot", "intrinsicGetChicory"),
            pair("burstMulti", "burstNio"),
            pair("hopSpsc", "hopLinked", "hopBlocking"),
            pair("hopMpsc", "hopLinked", "hopBlocking"));

    private Pairs() {}

    private static Pair pair(String ours, String... others) {
        return new Pair(ours, List.of(others));
    }

    /** The names of all microbenchmarks that stand in a pair. */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        for (Pair pair : ALL) {
            names.add(pair.ours);
            names.addAll(pair.others);
        }
        return names.stream().distinct().toList();
    }

    /** Each pair on a line: how many times ours the other takes, above one where ours is the faster. */
    static String table(Map<String, Time> times) {
        TextTable table = new TextTable("ours", "ns", "beside", "ns", "times ours", "error");
        for (Pair pair : ALL) {
            Time ours = time(times, pair.ours);
            for (String name : pair.others) {
                Time other = time(times, name);
                double ratio = other.ns / ours.ns;
                table.row(
                        pair.ours,
                        figure(ours.ns),
                        name,
                        figure(other.ns),
                        TextTable.ratio(ratio),
                        error(ratio * Math.hypot(ours.errorNs / ours.ns, other.errorNs / other.ns)));
            }
        }
        return table.text();
    }

    private static Time time(Map<String, Time> times, String name) {
        Time time = times.get(name);
        if (time == null) {
            throw new IllegalStateException("no microbenchmark is called " + name);
        }
        return time;
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** An error as it is printed. */
    static String error(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "±%.2f", value);
    }
}
