package dev.quern.server.resp;

/**
 * Which of a command's arguments are keys, as COMMAND tells: the first, the last, below 0 from the end, and how far apart they are.
 */
record KeyRange(int first, int last, int step) {
    static final KeyRange NONE = new KeyRange(0, 0, 0);
    static final KeyRange ONE = new KeyRange(1, 1, 1);
    static final KeyRange ALL = new KeyRange(1, -1, 1);

    /** Keys with a value each. */
    static final KeyRange PAIRS = new KeyRange(1, -1, 2);
}
