package dev.quern.server.resp;

import dev.quern.kvstore.StoreCore;
import dev.quern.server.loop.Core;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one core's connections share: its buffers, the reply writer, the epoch of the burst. Thread: the core's. */
final class RespCore implements AutoCloseable {
    private final Core core;
    private final RespCalls calls;
    private final Clients clients;
    private final ReusableBuffer received =
            new ReusableBuffer(RespLimits.RECEIVE_BYTES, RespLimits.RECEIVE_BYTES, RespLimits.RECEIVE_BUFFERS_KEPT);
    private final ReusableBuffer output = new ReusableBuffer(RespLimits.OUTPUT_BYTES, RespLimits.OUTPUT_KEPT_BYTES, 1);
    private final ReplyWriter reply = new ReplyWriter(output);
    private final RecordList found = new RecordList();
    private final Hash hash = new Hash();
    private final FieldPairs pairs = new FieldPairs();
    private final SortedSet sortedSet = new SortedSet();
    private @Nullable RespConnection replying;
    private final ArrayDeque<RespConnection> deferred = new ArrayDeque<>();
    private boolean entered;
    private final Set<RespConnection> connections = new HashSet<>();

    RespCore(Core core, Clients clients) {
        this.core = core;
        this.calls = new RespCalls(core);
        this.clients = clients;
    }

    Core core() {
        return core;
    }

    /** Who answers functions that ran elsewhere. */
    RespCalls calls() {
        return calls;
    }

    Clients clients() {
        return clients;
    }

    ReusableBuffer received() {
        return received;
    }

    /** The store, with this burst's epoch pinned. For the begin of a command: records that earlier ones found may be gone. */
    StoreCore enter() {
        StoreCore store = core.storeCore();
        if (!entered) {
            store.enter(core.nowMs());
            entered = true;
        } else {
            store.renew();
        }
        return store;
    }

    /** Ends the burst's epoch; records found in it are gone from here on. */
    void leave() {
        if (entered) {
            entered = false;
            core.storeCore().exit();
        }
    }

    /** The reply writer, lent to this connection until it sends. */
    ReplyWriter reply(RespConnection connection) {
        if (replying != connection) {
            if (replying != null) {
                replying.send();
            }
            reply.begin(connection.resp3());
            replying = connection;
        }
        return reply;
    }

    /** Whether the writer holds this connection's replies. */
    boolean replying(RespConnection connection) {
        return replying == connection;
    }

    /** The writer is finished with and free for the next connection. */
    void replied() {
        replying = null;
    }

    /** This connection has a command that was put off; it runs in its turn. */
    void defer(RespConnection connection) {
        deferred.add(connection);
    }

    /** Runs commands that were put off, outside of the event loop, until one has taken long; returns how many. */
    int runDeferred() {
        int run = 0;
        long interludes = core.interludes();
        for (int left = deferred.size(); left > 0 && core.interludes() == interludes; left--) {
            deferred.remove().runDeferred();
            run++;
        }
        return run;
    }

    /** The list for scans, empty. */
    RecordList found() {
        found.clear();
        return found;
    }

    /** The reader and writer of hashes. */
    Hash hash() {
        return hash;
    }

    /** A list for a command's fields, empty. */
    FieldPairs pairs() {
        return pairs.clear();
    }

    /** The reader and writer of sorted sets. */
    SortedSet sortedSet() {
        return sortedSet;
    }

    /** Counts a new connection in; false when there are too many. */
    boolean admit(RespConnection connection) {
        connections.add(connection);
        return connections.size() <= RespLimits.CONNECTIONS_MAX;
    }

    void dismiss(RespConnection connection) {
        connections.remove(connection);
        if (replying == connection) {
            reply.finish().release();
            replying = null;
        }
    }

    /** Closes every connection. */
    void closeAll() {
        for (RespConnection connection : List.copyOf(connections)) {
            connection.close();
        }
    }

    /** Whether every connection's commands have been answered. */
    boolean quiet() {
        for (RespConnection connection : connections) {
            if (!connection.quiet()) {
                return false;
            }
        }
        return true;
    }

    /** Whether every connection has been closed. */
    boolean none() {
        return connections.isEmpty();
    }

    @Override
    public void close() {
        leave();
        if (reply.active()) {
            reply.finish().release();
        }
        received.close();
        hash.close();
        sortedSet.close();
        output.close();
    }
}
