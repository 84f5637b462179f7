package dev.quern.server.resp;

import dev.quern.kvstore.RecordVisitor;
import java.util.Arrays;

/** Addresses of records found by a scan, good within its epoch; reused. Thread: the core's. */
final class RecordList implements RecordVisitor {
    /** No filter by type. */
    static final String ANY_TYPE = "";

    private static final int USUAL = 1024;
    private static final int KEPT = 1 << 16;

    private long[] records = new long[USUAL];
    private int size;
    private Glob glob = Glob.ALL;
    private String type = ANY_TYPE;

    @Override
    public void visit(long record) {
        if (!glob.matches(dev.quern.kvstore.Record.keyAddress(record), dev.quern.kvstore.Record.keyLength(record))
                || !type.isEmpty() && !type.equals(StructureLayout.typeName(record))) {
            return;
        }
        if (size == records.length) {
            records = Arrays.copyOf(records, 2 * size);
        }
        records[size++] = record;
    }

    /** Which keys to keep. */
    void match(Glob pattern) {
        glob = pattern;
    }

    /** Records of which type to keep, in Redis's words in small letters, or {@link #ANY_TYPE}. */
    void only(String kept) {
        type = kept;
    }

    int size() {
        return size;
    }

    long get(int index) {
        return records[index];
    }

    void clear() {
        size = 0;
        glob = Glob.ALL;
        type = ANY_TYPE;
        if (records.length > KEPT) {
            records = new long[USUAL];
        }
    }
}
