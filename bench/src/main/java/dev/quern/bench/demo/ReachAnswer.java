package dev.quern.bench.demo;

import dev.quern.bench.workload.ClassGraph;

/**
 * Which classes a class reaches within some hops, in brief.
 *
 * @param count how many, the class itself not counted
 * @param checksum the sum of their ids, modulo 2³²
 * @param recordsRead how many records had to be read to know
 */
record ReachAnswer(int count, int checksum, int recordsRead) {
    /** The right answer, from the class files themselves. */
    static ReachAnswer of(ClassGraph graph, int start, int hops) {
        int[] reached = graph.reach(start, hops);
        int checksum = -start;
        for (int id : reached) {
            checksum += id;
        }
        return new ReachAnswer(reached.length - 1, checksum, hops == 0 ? 0 : graph.reach(start, hops - 1).length);
    }
}
