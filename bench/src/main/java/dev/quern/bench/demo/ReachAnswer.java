package dev.quern.bench.demo;

/**
 * Which classes a class reaches within some hops, in brief.
 *
 * @param count how many, the class itself included
 * @param checksum the sum of their ids, modulo 2³²
 * @param recordsRead how many records had to be read to know
 */
record ReachAnswer(int count, int checksum, int recordsRead) {}
