package dev.quern.server.resp;

import dev.quern.kvstore.Limits;
import dev.quern.kvstore.Record;

/** Finds records by a command's arguments. Thread: the core's. */
final class Keys {
    private Keys() {}

    /** Whether a record can have this key. Reads of one that none can have find nothing; writes are refused by the store. */
    static boolean possible(Arguments arguments, int index) {
        int length = arguments.length(index);
        return length >= Limits.KEY_BYTES_MIN && length <= Limits.KEY_BYTES_MAX;
    }

    static long find(RespConnection connection, Arguments arguments, int index) {
        return possible(arguments, index)
                ? connection.records().find(arguments.address(index), arguments.length(index))
                : Record.NONE;
    }
}
