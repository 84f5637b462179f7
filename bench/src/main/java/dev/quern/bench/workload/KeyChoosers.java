package dev.quern.bench.workload;

import java.util.Locale;

/** The distributions of keys. */
public final class KeyChoosers {
    private static final long FNV_OFFSET_BASIS = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 1_099_511_628_211L;

    /** A prime above every number of records: a rank times it, modulo their number, is another index for each rank. */
    private static final long SPREAD = 4_294_967_311L;

    private KeyChoosers() {}

    /** Each record as often as any other. */
    public static KeyChooser uniform() {
        return (random, records) -> random.nextInt(records);
    }

    /** The record of rank r with a weight of r to the power of −{@code exponent}; ranks are spread over the indexes. */
    public static KeyChooser zipf(int records, double exponent) {
        Ranks ranks = Ranks.zipf(records, exponent);
        return (random, recordsNow) -> (int) (ranks.next() * SPREAD % recordsNow);
    }

    /** YCSB's {@code zipfian}: a Zipf distribution over ten billion items, hashed to as many as there are. */
    public static KeyChooser ycsbZipf() {
        Ranks ranks = Ranks.ycsb();
        return (random, records) -> (int) (fnv(ranks.next()) % records);
    }

    /** YCSB's {@code latest}: the newest record most often, then the one before, by Zipf with exponent 0.99. */
    public static KeyChooser latest(int records) {
        Ranks ranks = Ranks.zipf(records, 0.99);
        return (random, recordsNow) -> recordsNow - 1 - (int) (ranks.next() % recordsNow);
    }

    /**
     * By its name.
     *
     * @param name {@code uniform}, {@code zipf} (0.99), {@code zipf:EXPONENT}, {@code ycsb} or {@code latest}
     * @throws IllegalArgumentException when there is none of that name
     */
    public static KeyChooser parse(String name, int records) {
        String[] parts = name.toLowerCase(Locale.ROOT).split(":", 2);
        return switch (parts[0]) {
            case "uniform" -> uniform();
            case "zipf" -> zipf(records, parts.length == 1 ? 0.99 : exponent(parts[1]));
            case "ycsb" -> ycsbZipf();
            case "latest" -> latest(records);
            default ->
                throw new IllegalArgumentException(
                        "keys are drawn by uniform, zipf:EXPONENT, ycsb or latest, not by " + name);
        };
    }

    private static double exponent(String text) {
        try {
            double exponent = Double.parseDouble(text);
            if (exponent > 0 && exponent <= 10) {
                return exponent;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "zipf's exponent is a number, such as zipf:0.99, not " + text, notANumber);
        }
        throw new IllegalArgumentException("zipf's exponent is above 0 and at most 10, not " + text);
    }

    /** As {@code Utils.fnvhash64} of YCSB: FNV-1a over the eight bytes, without sign. */
    static long fnv(long value) {
        long hash = FNV_OFFSET_BASIS;
        long rest = value;
        for (int i = 0; i < Long.BYTES; i++) {
            hash ^= rest & 0xFF;
            hash *= FNV_PRIME;
            rest >>= 8;
        }
        return hash & Long.MAX_VALUE;
    }
}
