package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Lookahead;
import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.protocol.InvokeAllLayout;
import dev.quern.protocol.InvokeLayout;
import dev.quern.protocol.MessageCursor;
import dev.quern.protocol.MessageLayout;
import dev.quern.protocol.MultiGetLayout;
import dev.quern.protocol.Opcode;
import dev.quern.protocol.PutLayout;
import dev.quern.protocol.Verdict;

/**
 * Looks through a datagram of several requests for the keys that they will ask for, ahead of serving them: that of a get or a put, and
 * the first argument of a call, which often is one. What it finds is believed in nothing; requests are checked when they are served.
 *
 * <p>Thread: the core's, inside the store's epoch.
 */
final class BurstLookahead {
    /** One request waits for its own memory only. */
    private static final int LENGTH_MIN = 2 * MessageLayout.HEADER_BYTES;

    private final MessageCursor cursor = new MessageCursor();
    private final Lookahead lookahead = new Lookahead();

    void scan(Tenant tenant, long datagram, int length) {
        if (length >= LENGTH_MIN) {
            add(tenant, datagram, length);
            load();
        }
    }

    /** Notes the keys of a datagram, for {@link #load}. */
    void add(Tenant tenant, long datagram, int length) {
        if (cursor.wrap(NativeMemory.ALL, datagram, length, false) != Verdict.GOOD) {
            return;
        }
        while (cursor.next()) {
            Table table = tenant.table(cursor.table());
            if (table != null) {
                add(table, cursor.opcode(), cursor.body(), cursor.bodyLength());
            }
        }
    }

    /** Begins to load what the keys noted need. */
    void load() {
        lookahead.load();
    }

    private void add(Table table, int opcode, long body, int length) {
        switch (opcode) {
            case Opcode.GET -> lookahead.add(table, body, length, true);
            case Opcode.DELETE -> lookahead.add(table, body, length, false);
            case Opcode.MULTI_GET -> addKeys(table, body, body + length);
            case Opcode.PUT -> {
                if (length >= PutLayout.BYTES_MIN) {
                    int keyLength = PutLayout.keyLength(NativeMemory.ALL, body);
                    addWithin(table, body + PutLayout.KEY_OFFSET, keyLength, body + length, false);
                }
            }
            case Opcode.INVOKE -> {
                if (length >= InvokeLayout.BYTES_MIN) {
                    addArgument(
                            table,
                            body + InvokeLayout.NAME_OFFSET + InvokeLayout.nameLength(NativeMemory.ALL, body),
                            body + length);
                }
            }
            case Opcode.INVOKE_ALL -> {
                if (length >= InvokeAllLayout.BYTES_MIN) {
                    addLists(
                            table,
                            body + InvokeAllLayout.NAME_OFFSET + InvokeAllLayout.nameLength(NativeMemory.ALL, body),
                            body + length);
                }
            }
            default -> {
                // Nothing to look for.
            }
        }
    }

    /** Those of a multi-get, whose lengths nobody has looked at yet. */
    private void addKeys(Table table, long body, long end) {
        if (end - body < MultiGetLayout.BYTES_MIN) {
            return;
        }
        int count = MultiGetLayout.count(NativeMemory.ALL, body);
        long at = body + MultiGetLayout.KEYS_OFFSET;
        for (int i = 0; i < count && at + Short.BYTES <= end; i++) {
            int length = Short.toUnsignedInt(NativeMemory.getShort(at));
            addWithin(table, at + Short.BYTES, length, end, true);
            at += Short.BYTES + length;
        }
    }

    /** The first argument of each call's, whose lengths nobody has looked at yet. */
    private void addLists(Table table, long lists, long end) {
        long at = lists;
        while (at + Integer.BYTES <= end) {
            int length = NativeMemory.getInt(at);
            at += Integer.BYTES;
            if (length < 0 || length > end - at) {
                return;
            }
            addArgument(table, at, at + length);
            at += length;
        }
    }

    /** The first of an argument list: a count, then each behind its length. */
    private void addArgument(Table table, long list, long end) {
        if (list + 2 * Integer.BYTES <= end && NativeMemory.getInt(list) > 0) {
            addWithin(table, list + 2 * Integer.BYTES, NativeMemory.getInt(list + Integer.BYTES), end, false);
        }
    }

    private void addWithin(Table table, long key, int length, long end, boolean isWhole) {
        if (length > 0 && length <= end - key) {
            lookahead.add(table, key, length, isWhole);
        }
    }
}
