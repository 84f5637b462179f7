package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Table;
import java.util.ArrayList;
import java.util.List;

/** What a connection has gathered for its EXEC: commands since MULTI, and the keys that it watches. Thread: the core's. */
final class CommandQueue {
    /** A command as it came, with a copy of its arguments. */
    record Queued(Command command, Arguments arguments) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Watched(Table table, byte[] key, long version) {}

    private final List<Queued> commands = new ArrayList<>();
    private final List<Watched> watched = new ArrayList<>();
    private long bytes;
    private boolean open;
    private boolean spoiled;

    /** Whether commands are to be gathered. */
    boolean isOpen() {
        return open;
    }

    void open() {
        open = true;
    }

    /** A command was refused: EXEC will be, too. */
    void spoil() {
        spoiled = open;
    }

    boolean isSpoiled() {
        return spoiled;
    }

    List<Queued> commands() {
        return commands;
    }

    /** False when it would be too much. */
    boolean add(Command command, Arguments arguments) {
        if (commands.size() == RespLimits.QUEUED_COMMANDS_MAX
                || bytes + arguments.bytes() > RespLimits.QUEUED_BYTES_MAX) {
            return false;
        }
        bytes += arguments.bytes();
        commands.add(new Queued(command, arguments.copy()));
        return true;
    }

    /** False when it would be too many. */
    boolean watch(Records records, Table table, byte[] key, long address) {
        if (watched.size() == RespLimits.WATCHED_KEYS_MAX) {
            return false;
        }
        watched.add(new Watched(table, key, records.version(table, address, key.length)));
        return true;
    }

    void unwatch() {
        watched.clear();
    }

    /** Whether every watched key is as it was, as the transaction begun sees it. */
    boolean holds(Records records, RespCore core) {
        for (Watched key : watched) {
            long address = core.core().scratch().reserve(key.key().length);
            NativeMemory.copyFromArray(key.key(), 0, address, key.key().length);
            if (records.version(key.table(), address, key.key().length) != key.version()) {
                return false;
            }
        }
        return true;
    }

    /** Forgets everything: after EXEC, DISCARD, and at the connection's end. */
    void clear() {
        for (Queued queued : commands) {
            queued.arguments().reset();
        }
        commands.clear();
        watched.clear();
        bytes = 0;
        open = false;
        spoiled = false;
    }
}
