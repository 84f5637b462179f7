package dev.quern.kvstore.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** Who must come before whom. Nodes are numbers. */
final class DependencyGraph {
    private record Edge(int from, int to, String why) {}

    private final List<List<Edge>> edgesTo = new ArrayList<>();
    private final List<List<Edge>> edgesFrom = new ArrayList<>();

    DependencyGraph(int nodes) {
        for (int node = 0; node < nodes; node++) {
            edgesTo.add(new ArrayList<>(4));
            edgesFrom.add(new ArrayList<>(4));
        }
    }

    void add(int from, int to, String why) {
        if (from != to) {
            Edge edge = new Edge(from, to, why);
            edgesFrom.get(from).add(edge);
            edgesTo.get(to).add(edge);
        }
    }

    /** One cycle, or an empty list: each entry is the node and why it comes before the next. */
    List<String> cycle(List<String> names) {
        int nodes = edgesTo.size();
        int[] waiting = new int[nodes];
        Deque<Integer> free = new ArrayDeque<>();
        for (int node = 0; node < nodes; node++) {
            waiting[node] = edgesTo.get(node).size();
            if (waiting[node] == 0) {
                free.add(node);
            }
        }
        int ordered = 0;
        for (Integer node = free.poll(); node != null; node = free.poll()) {
            ordered++;
            for (Edge edge : edgesFrom.get(node)) {
                if (--waiting[edge.to] == 0) {
                    free.add(edge.to);
                }
            }
        }
        return ordered == nodes ? List.of() : shortestCycle(waiting, names);
    }

    /** Among the nodes that could not be ordered: every one on a cycle, or behind one. */
    private List<String> shortestCycle(int[] waiting, List<String> names) {
        List<String> best = List.of();
        int tried = 0;
        for (int start = 0; start < waiting.length && tried < 200; start++) {
            if (waiting[start] > 0) {
                tried++;
                List<String> found = cycleFrom(start, waiting, names);
                if (!found.isEmpty() && (best.isEmpty() || found.size() < best.size())) {
                    best = found;
                }
            }
        }
        return best.isEmpty() ? List.of("a cycle among very many operations") : best;
    }

    private List<String> cycleFrom(int start, int[] waiting, List<String> names) {
        Edge[] reachedBy = new Edge[waiting.length];
        boolean[] reached = new boolean[waiting.length];
        Deque<Integer> next = new ArrayDeque<>();
        next.add(start);
        for (Integer node = next.poll(); node != null; node = next.poll()) {
            for (Edge edge : edgesFrom.get(node)) {
                if (edge.to == start) {
                    return path(edge, start, reachedBy, names);
                }
                if (waiting[edge.to] > 0 && !reached[edge.to]) {
                    reached[edge.to] = true;
                    reachedBy[edge.to] = edge;
                    next.add(edge.to);
                }
            }
        }
        return List.of();
    }

    private static List<String> path(Edge last, int start, Edge[] reachedBy, List<String> names) {
        List<String> path = new ArrayList<>();
        Edge edge = last;
        path.add(names.get(edge.from) + "\n    -- " + edge.why + " -->");
        while (edge.from != start) {
            edge = reachedBy[edge.from];
            path.add(names.get(edge.from) + "\n    -- " + edge.why + " -->");
        }
        String[] forwards = path.toArray(new String[0]);
        for (int i = 0; i < forwards.length; i++) {
            forwards[i] = path.get(path.size() - 1 - i);
        }
        return Arrays.asList(forwards);
    }
}
