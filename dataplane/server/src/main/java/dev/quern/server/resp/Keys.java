package dev.quern.server.resp;

import dev.quern.kvstore.Limits;
import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;

/** Finds records by a command's arguments. Thread: the core's. */
final class Keys {
    private Keys() {}

    /** Whether a record can have this key. Reads of one that none can have find nothing; writes are refused by the store. */
    static boolean possible(Arguments arguments, int index) {
        int length = arguments.length(index);
        return length >= Limits.KEY_BYTES_MIN && length <= Limits.KEY_BYTES_MAX;
    }

    /** Whether a record can have this key; the error is written when not. */
    static boolean writable(Arguments arguments, int index, ReplyWriter reply) {
        boolean isPossible = possible(arguments, index);
        if (!isPossible) {
            Errors.status(reply, arguments.length(index) == 0 ? StoreStatus.BAD_KEY : StoreStatus.TOO_LARGE);
        }
        return isPossible;
    }

    static long find(RespConnection connection, Arguments arguments, int index) {
        return possible(arguments, index)
                ? connection.records().find(arguments.address(index), arguments.length(index))
                : Record.NONE;
    }
}
