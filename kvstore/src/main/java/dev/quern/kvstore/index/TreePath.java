package dev.quern.kvstore.index;

/** The way from the root of an ordered index to a leaf: at each level the node, and the place of the child that was taken. */
final class TreePath {
    /** 64 children to a node: enough for any memory, also when nodes are a quarter full. */
    static final int LEVELS_MAX = 12;

    private final long[] nodes = new long[LEVELS_MAX + 1];
    private final int[] places = new int[LEVELS_MAX + 1];
    private int top;

    /** Goes down to the leaf to which a key belongs, and returns that. */
    long descend(long root, long keyAddress, int keyLength) {
        long node = root;
        top = InnerNode.level(root);
        for (int level = top; ; level--) {
            int place = InnerNode.placeOf(node, keyAddress, keyLength);
            nodes[level] = node;
            places[level] = place;
            node = InnerNode.child(node, place);
            if (level == 1) {
                return node;
            }
        }
    }

    /** The root's level; leaves' parents are at 1. */
    int top() {
        return top;
    }

    long node(int level) {
        return nodes[level];
    }

    int place(int level) {
        return places[level];
    }

    /** Whether the leaf is that of the greatest keys. */
    boolean isLast() {
        for (int level = 1; level <= top; level++) {
            if (places[level] < InnerNode.count(nodes[level]) - 1) {
                return false;
            }
        }
        return true;
    }
}
