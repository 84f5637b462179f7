package dev.quern.kvstore.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a history is what some serial order of its operations gives, an order that respects real time: what ended before another
 * began comes before it. Versions tell the order of each key's writes, so that the dependencies are known and not guessed: write to
 * next write, write to its readers, reader to the next write, and real time. A cycle among them is an anomaly.
 */
public final class StrictSerialisability {
    private final List<Operation> operations;
    private final Map<Long, Versions> versionsByKey = new HashMap<>();
    private final DependencyGraph graph;

    private StrictSerialisability(List<Operation> operations) {
        this.operations = operations;
        // Behind the operations stand the moments at which one ended, in order; through them real time needs few edges.
        graph = new DependencyGraph(operations.size() * 2);
    }

    /** What is wrong with a history, or null. */
    public static @Nullable String problemOf(List<Operation> history) {
        return new StrictSerialisability(history).problem();
    }

    private @Nullable String problem() {
        for (int i = 0; i < operations.size(); i++) {
            for (Access access : operations.get(i).accesses()) {
                if (access.isWrite()) {
                    versionsOf(access.key()).add(i, access);
                }
            }
        }
        for (Versions versions : versionsByKey.values()) {
            String wrong = versions.order();
            if (wrong != null) {
                return wrong;
            }
            for (int place = 1; place < versions.count(); place++) {
                graph.add(versions.at(place - 1).operation(), versions.at(place).operation(), "is overwritten by");
            }
        }
        for (int i = 0; i < operations.size(); i++) {
            for (Access access : operations.get(i).accesses()) {
                if (!access.isWrite() && !addRead(i, access)) {
                    return "a read of what nobody committed, or too late: " + access + " in " + operations.get(i);
                }
            }
        }
        addRealTime();
        List<String> cycle = graph.cycle(names());
        return cycle.isEmpty() ? null : "a cycle:\n" + String.join("\n", cycle);
    }

    private Versions versionsOf(long key) {
        return versionsByKey.computeIfAbsent(key, k -> new Versions());
    }

    private boolean addRead(int reader, Access read) {
        Versions versions = versionsOf(read.key());
        if (read.isReadOfNothing()) {
            return addReadOfNothing(reader, versions);
        }
        int place = versions.placeOf(read);
        if (place >= 0) {
            addBetween(reader, versions, place, place + 1);
        }
        return place >= 0;
    }

    /**
     * A read of nothing came before the first write or behind some deletion. Which one is not known; but it came behind all writes that
     * ended before it began, and before all that began after it ended.
     */
    private boolean addReadOfNothing(int reader, Versions versions) {
        Operation read = operations.get(reader);
        int after = -1;
        int before = versions.count();
        for (int place = 0; place < versions.count(); place++) {
            Operation writer = operations.get(versions.at(place).operation());
            if (writer.end() < read.begin()) {
                after = place;
            }
            if (writer.begin() > read.end() || versions.at(place).operation() == reader) {
                before = Math.min(before, place);
            }
        }
        while (after >= 0 && after < before && !versions.at(after).leavesNothing()) {
            after++;
        }
        while (before > 0 && before > after && !versions.at(before - 1).leavesNothing()) {
            before--;
        }
        if (after >= before) {
            return false;
        }
        addBetween(reader, versions, after, before);
        return true;
    }

    private void addBetween(int reader, Versions versions, int after, int before) {
        if (after >= 0) {
            graph.add(versions.at(after).operation(), reader, "is read by");
        }
        if (before < versions.count()) {
            graph.add(reader, versions.at(before).operation(), "did not see, but precedes the write by");
        }
    }

    private void addRealTime() {
        int count = operations.size();
        List<Operation> byEnd = new ArrayList<>(operations);
        byEnd.sort(Comparator.comparingLong(Operation::end));
        long[] ends = byEnd.stream().mapToLong(Operation::end).toArray();
        for (int i = 0; i < count; i++) {
            Operation operation = operations.get(i);
            graph.add(i, count + Arrays.binarySearch(ends, operation.end()), "ended");
            // The insertion point of a tick that is in no end.
            int endedBefore = -Arrays.binarySearch(ends, operation.begin()) - 1;
            if (endedBefore > 0) {
                graph.add(count + endedBefore - 1, i, "before there began");
            }
        }
        for (int i = 1; i < count; i++) {
            graph.add(count + i - 1, count + i, "then");
        }
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        for (Operation operation : operations) {
            names.add(operation.toString());
        }
        operations.stream().mapToLong(Operation::end).sorted().forEach(end -> names.add("(tick " + end + ")"));
        return names;
    }
}
