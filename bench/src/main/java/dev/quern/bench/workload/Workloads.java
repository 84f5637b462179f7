package dev.quern.bench.workload;

import dev.quern.protocol.Limits;
import java.util.List;
import java.util.Locale;

/**
 * Workloads by their names. Of what was published, keys, values, shares of operations and popularity are followed; when requests come, and what
 * else a production has, are not.
 */
public final class Workloads {
    private static final String ETC_SOURCE = "Facebook ETC";

    /** Shares of YCSB's scans: from 1 to 100 records, each number alike. */
    private static final int SCAN_RECORDS_MAX = 100;

    private static final int YCSB_KEY_LENGTH = 23;

    /** Ten fields of 100 bytes in one value. */
    private static final int YCSB_VALUE_LENGTH = 1_000;

    private static final int KEY_LENGTH = 16;
    private static final int VALUE_LENGTH = 100;

    /** Begins the names of the workloads of several calls by a request. */
    private static final String NOOPS = "noop-";

    /** Ends the names of YCSB's workloads over hashes of fields. */
    public static final String HASHES = "-hash";

    /** What the table is called that a workload takes which {@link #isOrdered}. */
    public static final String ORDERED_TABLE = "ordered";

    /** One that is put together on the command line begins with this; what was given there stands instead of any default. */
    public record Choice(double getShare, String keys, int keyLength, int valueLength) {
        /** Gets only, uniform, keys of 16 bytes and values of 100. */
        public static final Choice DEFAULT = new Choice(1, "uniform", KEY_LENGTH, VALUE_LENGTH);
    }

    /**
     * A cluster of Twitter's caches, of which means are published (Yang, Yue and Rashmi, "A large scale analysis of hundreds of in-memory cache
     * clusters at Twitter", OSDI 2020; their repository cache-trace, stat/2020Mar.md). Sizes around the means follow an exponential
     * distribution, which is ours.
     */
    private record Cluster(int number, int keyBytes, int valueBytes, double getShare, double exponent) {}

    private static final List<Cluster> CLUSTERS = List.of(
            new Cluster(4, 67, 2_439, 0.93, 1.1004),
            new Cluster(6, 44, 252, 0.98, 1.882),
            new Cluster(7, 17, 1_936, 0.82, 1.0666),
            new Cluster(12, 44, 1_030, 0.20, 0.3048),
            new Cluster(19, 42, 101, 0.75, 0.735),
            new Cluster(29, 36, 799, 0.87, 1.2323),
            new Cluster(34, 33, 322, 0.94, 1.1401));

    private Workloads() {}

    /** What {@link #parse} takes. */
    public static String names() {
        StringBuilder names = new StringBuilder(
                "simple, ycsb-a … ycsb-f, ycsb-a-hash … ycsb-f-hash, noop, noop-N, gets-K, call-K, social,"
                        + " ledger, classes, vectors, etc");
        CLUSTERS.forEach(cluster -> names.append(", twitter-").append(cluster.number));
        return names.toString();
    }

    /** Whether it takes a table in the order of keys, as it goes through them: {@link #ORDERED_TABLE}. */
    public static boolean isOrdered(String name) {
        return name.equalsIgnoreCase("ycsb-e") || name.equalsIgnoreCase("vectors");
    }

    /** Whether its functions are written for Quern and for no other server. */
    public static boolean isForQuernOnly(String name) {
        return name.equalsIgnoreCase("vectors");
    }

    /**
     * By its name.
     *
     * @param records that are there at first
     * @param choice for {@code simple}
     * @throws IllegalArgumentException when there is none of that name
     */
    public static Workload parse(String name, int records, Choice choice) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith("ycsb-") && lower.endsWith(HASHES)) {
            return hashes(lower, records);
        }
        if (lower.startsWith("ycsb-")) {
            return ycsb(lower, records);
        }
        if (lower.startsWith("gets-") || lower.startsWith("call-")) {
            return walk(lower, records);
        }
        if (lower.startsWith(NOOPS)) {
            return noops(lower);
        }
        if (lower.startsWith("twitter-")) {
            return twitter(lower, records);
        }
        return switch (lower) {
            case "simple" ->
                new RecordWorkload(
                        lower + ", keys " + choice.keys(),
                        new Records("", Sizes.fixed(choice.keyLength()), Sizes.fixed(choice.valueLength())),
                        records,
                        Mix.gets(choice.getShare()),
                        KeyChoosers.parse(choice.keys(), records),
                        1);
            case "noop" -> new Noop();
            case "etc" -> etc(records);
            case "social" -> new SocialGraph(records);
            case "ledger" -> new Transfers(records);
            case "vectors" -> new Vectors(records, ORDERED_TABLE);
            case "classes" -> new ClassReach(ClassGraph.ofRunningJdk(read -> {}));
            default -> throw unknown(name);
        };
    }

    private static Noop noops(String name) {
        String calls = name.substring(NOOPS.length());
        if (!calls.matches("\\d{1,4}")
                || Integer.parseInt(calls) < 1
                || Integer.parseInt(calls) > Limits.INVOKE_ALL_CALLS_MAX) {
            throw new IllegalArgumentException(
                    name + ": a request takes 1 to " + Limits.INVOKE_ALL_CALLS_MAX + " calls");
        }
        return new Noop(Integer.parseInt(calls));
    }

    private static Walk walk(String name, int records) {
        String reads = name.substring("gets-".length());
        if (!reads.matches("\\d{1,4}")) {
            throw unknown(name);
        }
        return new Walk(Integer.parseInt(reads), name.startsWith("call-"), records);
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException("there is no workload " + name + ": there are " + names());
    }

    /**
     * The core workloads of YCSB (Cooper, Silberstein, Tam, Ramakrishnan and Sears, SoCC 2010; files workloada to workloadf). A record's ten
     * fields are one value; a read takes all of them, as YCSB's does by default, and an update writes all of them.
     */
    private static RecordWorkload ycsb(String name, int records) {
        KeyChooser zipf = KeyChoosers.ycsbZipf();
        Records fields = new Records("user", Sizes.fixed(YCSB_KEY_LENGTH), Sizes.fixed(YCSB_VALUE_LENGTH));
        return switch (name) {
            case "ycsb-a" -> ycsb(name, fields, records, Mix.gets(0.5), zipf);
            case "ycsb-b" -> ycsb(name, fields, records, Mix.gets(0.95), zipf);
            case "ycsb-c" -> ycsb(name, fields, records, Mix.gets(1), zipf);
            case "ycsb-d" -> ycsb(name, fields, records, new Mix(0.95, 0, 0.05, 0, 0), KeyChoosers.latest(records));
            case "ycsb-e" -> ycsb(name, fields, records, new Mix(0, 0, 0.05, 0.95, 0), zipf);
            case "ycsb-f" -> ycsb(name, fields, records, new Mix(0.5, 0, 0, 0, 0.5), zipf);
            default -> throw unknown(name);
        };
    }

    /** The same shares of the same operations, as YCSB's binding for Redis makes them. */
    private static YcsbHashes hashes(String name, int records) {
        KeyChooser zipf = KeyChoosers.ycsbZipf();
        return switch (name.substring(0, name.length() - HASHES.length())) {
            case "ycsb-a" -> new YcsbHashes(name, records, Mix.gets(0.5), zipf);
            case "ycsb-b" -> new YcsbHashes(name, records, Mix.gets(0.95), zipf);
            case "ycsb-c" -> new YcsbHashes(name, records, Mix.gets(1), zipf);
            case "ycsb-d" -> new YcsbHashes(name, records, new Mix(0.95, 0, 0.05, 0, 0), KeyChoosers.latest(records));
            case "ycsb-e" -> new YcsbHashes(name, records, new Mix(0, 0, 0.05, 0.95, 0), zipf);
            case "ycsb-f" -> new YcsbHashes(name, records, new Mix(0.5, 0, 0, 0, 0.5), zipf);
            default -> throw unknown(name);
        };
    }

    private static RecordWorkload ycsb(String name, Records fields, int records, Mix mix, KeyChooser chooser) {
        return new RecordWorkload(name, fields, records, mix, chooser, SCAN_RECORDS_MAX);
    }

    /** 30 gets to a set; popularity is published as a plot only, and taken as Zipf with exponent 0.99. */
    private static RecordWorkload etc(int records) {
        return new RecordWorkload(
                ETC_SOURCE,
                new Records("", Sizes.etcKeys(), Sizes.etcValues()),
                records,
                Mix.gets(30.0 / 31),
                KeyChoosers.zipf(records, 0.99),
                1);
    }

    private static RecordWorkload twitter(String name, int records) {
        Cluster cluster = CLUSTERS.stream()
                .filter(each -> name.equals("twitter-" + each.number))
                .findFirst()
                .orElseThrow(() -> unknown(name));
        return new RecordWorkload(
                "Twitter cluster " + cluster.number,
                new Records(
                        "",
                        Sizes.fixed(cluster.keyBytes),
                        Sizes.exponential(cluster.valueBytes, 1, Records.VALUE_LENGTH_MAX)),
                records,
                Mix.gets(cluster.getShare),
                KeyChoosers.zipf(records, cluster.exponent),
                1);
    }
}
