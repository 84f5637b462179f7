package dev.quern.bench.workload;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Objects and associations as at a social network, by the function {@code tao}: operations in the shares that LinkBench took from Facebook's production (Armstrong,
 * Ponnekanti, Borthakur and Callaghan, SIGMOD 2013). Nodes have 128 bytes of data, links 8. How many links a node has follows a power law, cut off at
 * {@value #LINKS_MAX}; popularity is Zipf's with exponent 0.8; both are ours. One thread.
 */
public final class SocialGraph implements Workload {
    /** The ordered table of the lists of links. */
    public static final String TABLE = "links";

    private static final int LINKS_MAX = 256;
    private static final int NODE_BYTES = 128;
    private static final int LINK_BYTES = 8;
    private static final int NODE_TYPE = 2;
    private static final int LINK_TYPE = 1;
    /** Of a list, the newest: those of popular nodes grow all the time. */
    private static final int LIST_MAX = 1_000;

    private static final int OBJECT_HEADER = 16;
    private static final int LINK_HEADER = 20;
    private static final int SLOTS_MAX = 1 << 16;
    private static final double EXPONENT = 0.8;
    private static final long SEED = 23;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Per mille, in the order in which LinkBench's paper lists them. */
    private enum Operation {
        GET_LIST(507, "assoc_range", true),
        GET_NODE(129, "obj_get", true),
        ADD_LINK(90, "assoc_add", false),
        UPDATE_LINK(80, "assoc_add", false),
        UPDATE_NODE(74, "obj_update", false),
        COUNT(49, "assoc_count", true),
        DELETE_LINK(30, "assoc_delete", false),
        ADD_NODE(26, "obj_add", false),
        DELETE_NODE(10, "obj_delete", false),
        GET_LINK(5, "assoc_get", true);

        private final int share;
        private final String entry;
        private final boolean isReadOnly;

        Operation(int share, String entry, boolean isReadOnly) {
            this.share = share;
            this.entry = entry;
            this.isReadOnly = isReadOnly;
        }
    }

    private static final Map<Operation, byte[]> FUNCTIONS = functionNames();

    private static final Operation[] BY_SHARE = byShare();

    private final int nodes;
    private final int[] firstLink;
    private final Ranks popularity;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Operation[] operation = new Operation[SLOTS_MAX];
    private final int[] node = new int[SLOTS_MAX];
    private final int[] other = new int[SLOTS_MAX];
    private final BitSet deleted = new BitSet();
    private final byte[] table = TABLE.getBytes(StandardCharsets.US_ASCII);
    private final byte[] data = new byte[NODE_BYTES];
    private final Arguments arguments = new Arguments(512);
    private int added;
    private long time = 1_000;

    /** @param nodes that are there at first; their links come to about four times as many */
    public SocialGraph(int nodes) {
        if (nodes < 2) {
            throw new IllegalArgumentException("a social graph has two nodes or more, not " + nodes);
        }
        this.nodes = nodes;
        firstLink = new int[nodes + 1];
        for (int i = 0; i < nodes; i++) {
            firstLink[i + 1] = firstLink[i] + links(i);
        }
        popularity = Ranks.zipf(nodes, EXPONENT);
    }

    private static Map<Operation, byte[]> functionNames() {
        Map<Operation, byte[]> names = new EnumMap<>(Operation.class);
        for (Operation each : Operation.values()) {
            names.put(each, ("tao." + each.entry).getBytes(StandardCharsets.US_ASCII));
        }
        return names;
    }

    private static Operation[] byShare() {
        Operation[] table = new Operation[1_000];
        int at = 0;
        for (Operation each : Operation.values()) {
            for (int i = 0; i < each.share; i++) {
                table[at++] = each;
            }
        }
        return table;
    }

    /** A power law with exponent 1.6: most nodes have one or two, a few have hundreds. */
    private int links(int index) {
        double uniform = ((Records.mix(index) >>> 11) + 1) * 0x1p-53;
        return (int) Math.min(Math.min(LINKS_MAX, nodes - 1), Math.pow(uniform, -1 / 1.6));
    }

    /** The node that a link leads to which was there at first: another for each of a node's. */
    private int target(int index, int link) {
        return (int) ((index + 1L + link * (nodes / (LINKS_MAX + 1L) + 1)) % nodes);
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "social graph, LinkBench's shares of operations; %,d nodes of %d B, %,d links of %d B",
                nodes,
                NODE_BYTES,
                firstLink[nodes],
                LINK_BYTES);
    }

    @Override
    public int valueLengthMax() {
        return LIST_MAX * (LINK_HEADER + LINK_BYTES);
    }

    @Override
    public int records() {
        return nodes + firstLink[nodes];
    }

    @Override
    public List<StoredFunction> functions() {
        return List.of(StoredFunction.example("tao", false));
    }

    @Override
    public List<String> orderedTables() {
        return List.of(TABLE);
    }

    @Override
    public boolean load(int index, Endpoint endpoint, int slot) {
        if (index < nodes) {
            nodeArguments(Operation.ADD_NODE, index);
            return call(Operation.ADD_NODE, endpoint, slot);
        }
        int link = index - nodes;
        int from = ownerOf(link);
        linkArguments(Operation.ADD_LINK, from, target(from, link - firstLink[from]));
        return call(Operation.ADD_LINK, endpoint, slot);
    }

    private int ownerOf(int link) {
        int low = 0;
        int high = nodes - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (firstLink[middle] <= link) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    @Override
    public void draw(int slot) {
        Operation drawn = BY_SHARE[random.nextInt(BY_SHARE.length)];
        operation[slot] = drawn;
        node[slot] = (int) Long.remainderUnsigned(Records.mix(popularity.next()), nodes);
        switch (drawn) {
            case ADD_NODE -> node[slot] = nodes + added++;
            case DELETE_NODE -> {
                node[slot] = random.nextInt(nodes);
                deleted.set(node[slot]);
            }
            case ADD_LINK -> other[slot] = random.nextInt(nodes);
            case UPDATE_LINK, DELETE_LINK, GET_LINK ->
                other[slot] = target(node[slot], random.nextInt(firstLink[node[slot] + 1] - firstLink[node[slot]]));
            default -> {}
        }
    }

    @Override
    public boolean send(int slot, Endpoint endpoint) {
        Operation now = operation[slot];
        switch (now) {
            case GET_NODE, DELETE_NODE, ADD_NODE, UPDATE_NODE -> nodeArguments(now, node[slot]);
            default -> linkArguments(now, node[slot], other[slot]);
        }
        return call(now, endpoint, slot);
    }

    private boolean call(Operation called, Endpoint endpoint, int slot) {
        return endpoint.call(
                Objects.requireNonNull(FUNCTIONS.get(called)),
                called.isReadOnly,
                arguments.bytes(),
                arguments.length(),
                slot);
    }

    private void nodeArguments(Operation called, int index) {
        arguments.clear().begin().u64(id(index));
        if (called == Operation.ADD_NODE) {
            arguments.u32(NODE_TYPE);
        }
        arguments.end();
        if (called == Operation.ADD_NODE || called == Operation.UPDATE_NODE) {
            LongBytes.put(data, 0, stamp(index, index));
            LongBytes.put(data, NODE_BYTES - Long.BYTES, stamp(index, index));
            arguments.add(data, NODE_BYTES);
        }
    }

    private void linkArguments(Operation called, int from, int to) {
        arguments.clear().add(table, table.length).begin().u64(id(from));
        switch (called) {
            case GET_LIST -> arguments.u32(LINK_TYPE).u32(0).u32(LIST_MAX).end();
            case COUNT -> arguments.u32(LINK_TYPE).end();
            case GET_LINK -> arguments.u32(LINK_TYPE).end().begin().u64(id(to)).end();
            case DELETE_LINK -> arguments.u64(id(to)).u32(LINK_TYPE).u32(0).end();
            default -> {
                arguments.u64(id(to)).u64(++time).u32(LINK_TYPE).u32(0).end();
                arguments.begin().u64(stamp(from, to)).end();
            }
        }
    }

    /** 0 would mean the next that is free. */
    private static long id(int index) {
        return index + 1L;
    }

    private static long stamp(int from, int to) {
        return Records.mix((long) from << 32 | to);
    }

    @Override
    public boolean take(int slot, Answer answer) {
        boolean isRight = switch (operation[slot]) {
            case GET_NODE -> answer.found() ? isNode(node[slot], answer) : deleted.get(node[slot]);
            // An empty reply looks like no record by RESP.
            case GET_LIST, GET_LINK -> !answer.found() || isList(node[slot], answer);
            case COUNT -> answer.found() && answer.length() == Long.BYTES;
            case ADD_LINK, UPDATE_LINK, ADD_NODE -> answer.found();
            case UPDATE_NODE, DELETE_LINK, DELETE_NODE -> true;
        };
        if (!isRight) {
            throw new WrongAnswerException(String.format(
                    Locale.ROOT,
                    "%s of node %d was answered with %s",
                    operation[slot],
                    id(node[slot]),
                    answer.found() ? "other bytes than were written, " + answer.length() + " of them" : "nothing"));
        }
        return true;
    }

    private static boolean isNode(int index, Answer answer) {
        return answer.length() == OBJECT_HEADER + NODE_BYTES
                && answer.memory().get(LONG, answer.offset() + OBJECT_HEADER) == stamp(index, index);
    }

    /** Links of the node, newest first, each with its own data; the first and the last are looked at. */
    private static boolean isList(int from, Answer answer) {
        int each = LINK_HEADER + LINK_BYTES;
        if (answer.length() % each != 0) {
            return false;
        }
        if (answer.length() == 0) {
            return true;
        }
        long last = answer.offset() + answer.length() - each;
        return isLink(from, answer, answer.offset())
                && isLink(from, answer, last)
                && answer.memory().get(LONG, last + Long.BYTES)
                        <= answer.memory().get(LONG, answer.offset() + Long.BYTES);
    }

    private static boolean isLink(int from, Answer answer, long at) {
        long to = answer.memory().get(LONG, at) - 1;
        return answer.memory().get(LONG, at + LINK_HEADER) == stamp(from, (int) to);
    }
}
