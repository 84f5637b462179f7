package dev.quern.server.resp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Every connection of the server, for CLIENT LIST and INFO. Any thread. */
final class Clients {
    private final AtomicLong lastId = new AtomicLong();
    private final ConcurrentHashMap<Long, RespConnection> connections = new ConcurrentHashMap<>();

    long nextId() {
        return lastId.incrementAndGet();
    }

    void add(RespConnection connection) {
        connections.put(connection.id(), connection);
    }

    void remove(RespConnection connection) {
        connections.remove(connection.id());
    }

    int count() {
        return connections.size();
    }

    /** By id. */
    List<RespConnection> list() {
        List<RespConnection> all = new ArrayList<>(connections.values());
        all.sort(Comparator.comparingLong(RespConnection::id));
        return all;
    }
}
