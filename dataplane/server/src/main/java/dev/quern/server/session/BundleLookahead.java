package dev.quern.server.session;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Lookahead;
import dev.quern.kvstore.StoreCore;
import dev.quern.kvstore.Table;
import dev.quern.protocol.BundleLayout;
import dev.quern.protocol.DatagramLayout;
import dev.quern.protocol.MessageLayout;

/**
 * Looks through a bundle ahead of serving it, some datagrams at a time. Its datagrams are of many sessions, of which each needs memory of
 * its own: session, tenant, table, bucket, record. Of each of these all datagrams' are asked for, one kind after the other, so that their waits for memory overlap instead of adding up. What it
 * finds is believed in nothing; datagrams are checked when they are served.
 *
 * <p>Thread: the core's, inside the store's epoch.
 */
final class BundleLookahead {
    /** As many as a {@link Lookahead} takes keys. */
    private static final int ENTRIES_MAX = 64;

    /** About as many bytes, where the datagrams are of several small requests each. */
    private static final int BYTES_MAX = 4096;

    private final StoreCore core;
    private final SessionTable known;
    private final BurstLookahead keys;
    private final long[] datagrams = new long[ENTRIES_MAX];
    private final int[] lengths = new int[ENTRIES_MAX];
    private final Session[] sessions = new Session[ENTRIES_MAX];
    private final Table[] tables = new Table[ENTRIES_MAX];
    private int count;

    /** What was loaded, so that the compiler cannot leave a load out. */
    private long loaded;

    BundleLookahead(StoreCore core, SessionTable known, BurstLookahead keys) {
        this.core = core;
        this.known = known;
        this.keys = keys;
    }

    /**
     * Looks through the next entries.
     *
     * @param entries where they begin, {@code length} bytes before the bundle's end
     * @return the bytes looked through; those behind want another look, when they are to be served
     */
    int scan(long entries, int length) {
        int scanned = findSessions(entries, length);
        if (count == 1) {
            keys.scan(sessions[0].tenant(), datagrams[0], lengths[0]);
        } else if (count > 1) {
            load();
        }
        return scanned;
    }

    private void load() {
        long sum = loaded;
        for (int i = 0; i < count; i++) {
            sum += sessions[i].approach();
        }
        int found = findTables();
        for (int i = 0; i < found; i++) {
            sum += Lookahead.approach(tables[i], core);
        }
        for (int i = 0; i < count; i++) {
            sum += sessions[i].approachOutcome(MessageLayout.sequence(NativeMemory.ALL, first(i)));
        }
        loaded = sum;
        for (int i = 0; i < count; i++) {
            keys.add(sessions[i].tenant(), datagrams[i], lengths[i]);
        }
        keys.load();
    }

    private long first(int i) {
        return datagrams[i] + DatagramLayout.HEADER_BYTES;
    }

    private int findSessions(long entries, int length) {
        count = 0;
        int at = 0;
        while (at < Math.min(length, BYTES_MAX) && count < ENTRIES_MAX) {
            int each = BundleLayout.entryLength(NativeMemory.ALL, entries + at, length - at);
            if (each < 0) {
                return length;
            }
            long datagram = entries + at + BundleLayout.DATAGRAM_OFFSET;
            Session session = known.find(DatagramLayout.session(NativeMemory.ALL, datagram));
            if (session != null && each >= DatagramLayout.HEADER_BYTES + MessageLayout.HEADER_BYTES) {
                sessions[count] = session;
                datagrams[count] = datagram;
                lengths[count] = each;
                count++;
            }
            at += BundleLayout.HEADER_BYTES + each;
        }
        return at;
    }

    /** Those that the first messages name. */
    private int findTables() {
        int found = 0;
        for (int i = 0; i < count; i++) {
            Table table = sessions[i].tenant().table(MessageLayout.table(NativeMemory.ALL, first(i)));
            if (table != null) {
                tables[found++] = table;
            }
        }
        return found;
    }
}
