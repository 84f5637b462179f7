package dev.quern.kvstore.index;

import java.util.Arrays;

/**
 * One change of an ordered index's inner nodes. New nodes are made from the leaves' parent upward as far as there are changes, and come to
 * be seen by one store: of a child in a node that stays, or of the root. Until then all can be undone. Thread: the one that changes the
 * tree's form.
 */
final class TreeEdit {
    /** Nodes with fewer children than this are put together with a neighbour if they have room in one. */
    private static final int CHILDREN_MIN = InnerNode.CHILDREN_MAX / 4;

    private static final int CHILDREN_TOGETHER_MAX = InnerNode.CHILDREN_MAX * 3 / 4;

    private final NodeMemory memory;
    private final TreePath path = new TreePath();

    // A node's content while it is changed: more than fits, for a moment.
    private final long[] children = new long[2 * InnerNode.CHILDREN_MAX];
    private final long[] separators = new long[2 * InnerNode.CHILDREN_MAX];
    private int count;
    private boolean neighbourIsLeft;

    private long[] made = new long[8];
    private int[] madeBytes = new int[8];
    private int madeCount;
    private long[] replaced = new long[8];
    private int[] replacedBytes = new int[8];
    private int replacedCount;

    TreeEdit(NodeMemory memory) {
        this.memory = memory;
    }

    /** Begins with the way to a key's leaf, which it returns. */
    long begin(long root, long keyAddress, int keyLength) {
        madeCount = 0;
        replacedCount = 0;
        return path.descend(root, keyAddress, keyLength);
    }

    TreePath path() {
        return path;
    }

    /** A zeroed block, freed again by {@link #undo}; 0 when there is none. */
    long make(int bytes) {
        long block = memory.allocate(bytes);
        if (block != NodeMemory.NONE) {
            if (madeCount == made.length) {
                made = Arrays.copyOf(made, madeCount * 2);
                madeBytes = Arrays.copyOf(madeBytes, madeCount * 2);
            }
            made[madeCount] = block;
            madeBytes[madeCount++] = bytes;
        }
        return block;
    }

    /** Will be retired by {@link #finish}. */
    void replace(long block, int bytes) {
        if (replacedCount == replaced.length) {
            replaced = Arrays.copyOf(replaced, replacedCount * 2);
            replacedBytes = Arrays.copyOf(replacedBytes, replacedCount * 2);
        }
        replaced[replacedCount] = block;
        replacedBytes[replacedCount++] = bytes;
    }

    /** Frees what was made; nothing has happened. */
    void undo() {
        while (madeCount > 0) {
            madeCount--;
            memory.free(made[madeCount], madeBytes[madeCount]);
        }
    }

    /** After the change was published: retires what it replaced. */
    void finish() {
        for (int i = 0; i < replacedCount; i++) {
            memory.retire(replaced[i], replacedBytes[i]);
        }
    }

    /** In the path's lowest node, puts two leaves and a separator where one leaf was; see {@link #publish} for what it returns. */
    long split(long root, long left, long separator, long right) {
        load(1);
        putTwo(path.place(1), left, separator, right);
        return publish(root, 1);
    }

    /** In the path's lowest node, puts one leaf where that one and the next were. */
    long merge(long root, long leaf) {
        load(1);
        int place = path.place(1);
        long separator = separators[place];
        replace(separator, InnerNode.separatorBytes(InnerNode.keyLength(separator)));
        children[place] = leaf;
        removeBehind(place);
        return publish(root, 1);
    }

    /** Puts another leaf in the place of the path's one. */
    void exchange(long leaf) {
        InnerNode.setChild(path.node(1), path.place(1), leaf);
    }

    /** Puts the path's lowest node together with a neighbour if it has few children; 0 when it cannot, and nothing has happened. */
    long join(long root) {
        load(1);
        if (count >= CHILDREN_MIN || !takeNeighbour(1)) {
            return 0;
        }
        return joinNodes(1) ? publish(root, 2) : 0;
    }

    private void load(int level) {
        long node = path.node(level);
        count = InnerNode.count(node);
        for (int i = 0; i < count; i++) {
            children[i] = InnerNode.child(node, i);
            if (i < count - 1) {
                separators[i] = InnerNode.separator(node, i);
            }
        }
    }

    private void putTwo(int place, long left, long separator, long right) {
        System.arraycopy(children, place + 1, children, place + 2, count - place - 1);
        System.arraycopy(separators, place, separators, place + 1, count - 1 - place);
        children[place] = left;
        separators[place] = separator;
        children[place + 1] = right;
        count++;
    }

    /** Takes out the separator behind a child, and the child behind that. */
    private void removeBehind(int place) {
        System.arraycopy(children, place + 2, children, place + 1, count - place - 2);
        System.arraycopy(separators, place + 1, separators, place, count - 2 - place);
        count--;
    }

    /**
     * Makes nodes for the loaded content in the place of the path's node of that level, and lets them be seen.
     *
     * @return the root afterwards, which the caller publishes if it is another one; 0 when there is no memory, and nothing has happened
     */
    private long publish(long root, int lowest) {
        int level = lowest;
        for (; ; level++) {
            long old = path.node(level);
            boolean isRoot = level == path.top();
            if (count < CHILDREN_MIN && !isRoot && takeNeighbour(level)) {
                if (!joinNodes(level)) {
                    return 0;
                }
            } else if (count <= InnerNode.CHILDREN_MAX) {
                replace(old, InnerNode.BYTES);
                return publishOne(root, level, isRoot);
            } else {
                int half = count / 2;
                long left = makeNode(level, 0, half);
                long right = makeNode(level, half, count - half);
                long separator = separators[half - 1];
                if (left == NodeMemory.NONE || right == NodeMemory.NONE) {
                    return 0;
                }
                replace(old, InnerNode.BYTES);
                if (isRoot) {
                    children[0] = left;
                    separators[0] = separator;
                    children[1] = right;
                    count = 2;
                    return level == TreePath.LEVELS_MAX ? 0 : makeNode(level + 1, 0, 2);
                }
                load(level + 1);
                putTwo(path.place(level + 1), left, separator, right);
            }
        }
    }

    /** After a neighbour was taken: makes one node for two, and loads their parent with that in their place. */
    private boolean joinNodes(int level) {
        long node = makeNode(level, 0, count);
        if (node == NodeMemory.NONE) {
            return false;
        }
        int place = path.place(level + 1) - (neighbourIsLeft ? 1 : 0);
        load(level + 1);
        children[place] = node;
        removeBehind(place);
        return true;
    }

    private long publishOne(long root, int level, boolean isRoot) {
        if (isRoot && level > 1 && count == 1) {
            return children[0];
        }
        long node = makeNode(level, 0, count);
        if (node == NodeMemory.NONE) {
            return 0;
        }
        if (isRoot) {
            return node;
        }
        InnerNode.setChild(path.node(level + 1), path.place(level + 1), node);
        return root;
    }

    private long makeNode(int level, int from, int length) {
        long node = make(InnerNode.BYTES);
        if (node != NodeMemory.NONE) {
            InnerNode.write(node, level, children, separators, from, length);
        }
        return node;
    }

    /** Adds a neighbour's content to what is loaded, if both fit in one node. */
    private boolean takeNeighbour(int level) {
        long parent = path.node(level + 1);
        int place = path.place(level + 1);
        if (place > 0 && takeLeft(InnerNode.child(parent, place - 1), InnerNode.separator(parent, place - 1))) {
            neighbourIsLeft = true;
        } else if (place < InnerNode.count(parent) - 1
                && takeRight(InnerNode.child(parent, place + 1), InnerNode.separator(parent, place))) {
            neighbourIsLeft = false;
        } else {
            return false;
        }
        replace(path.node(level), InnerNode.BYTES);
        return true;
    }

    private boolean takeLeft(long neighbour, long separator) {
        int its = InnerNode.count(neighbour);
        if (its + count > CHILDREN_TOGETHER_MAX) {
            return false;
        }
        System.arraycopy(children, 0, children, its, count);
        System.arraycopy(separators, 0, separators, its, count - 1);
        copyContent(neighbour, its, 0);
        separators[its - 1] = separator;
        count += its;
        replace(neighbour, InnerNode.BYTES);
        return true;
    }

    private boolean takeRight(long neighbour, long separator) {
        int its = InnerNode.count(neighbour);
        if (its + count > CHILDREN_TOGETHER_MAX) {
            return false;
        }
        separators[count - 1] = separator;
        copyContent(neighbour, its, count);
        count += its;
        replace(neighbour, InnerNode.BYTES);
        return true;
    }

    private void copyContent(long node, int nodeCount, int to) {
        for (int i = 0; i < nodeCount; i++) {
            children[to + i] = InnerNode.child(node, i);
            if (i < nodeCount - 1) {
                separators[to + i] = InnerNode.separator(node, i);
            }
        }
    }
}
