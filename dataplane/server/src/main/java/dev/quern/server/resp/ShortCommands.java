package dev.quern.server.resp;

import dev.quern.kvstore.Record;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which commands may be done in the midst of a function: those of one record, by one operation of the store, and those that tell of what runs and
 * end it. Thread: the core's.
 */
final class ShortCommands {
    private static final Set<Command> SHORT = EnumSet.of(
            Command.PING,
            Command.ECHO,
            Command.GET,
            Command.SET,
            Command.SETNX,
            Command.SETEX,
            Command.PSETEX,
            Command.INCR,
            Command.DECR,
            Command.INCRBY,
            Command.DECRBY,
            Command.STRLEN,
            Command.DEL,
            Command.UNLINK,
            Command.EXISTS,
            Command.TYPE,
            Command.EXPIRE,
            Command.PEXPIRE,
            Command.EXPIREAT,
            Command.PEXPIREAT,
            Command.TTL,
            Command.PTTL,
            Command.PERSIST,
            Command.FUNCTION);

    private static final Set<Command> OF_MANY_KEYS = EnumSet.of(Command.DEL, Command.UNLINK, Command.EXISTS);

    private static final int OPTIONS = 3;
    private static final int ONE_KEY = 2;
    private static final int SUBCOMMAND_ALONE = 2;

    private ShortCommands() {}

    /** Whether there is time for this one now; then it counts. */
    static boolean mayRun(RespConnection connection, Arguments arguments) {
        Command command = CommandTable.find(arguments.address(0), arguments.length(0));
        boolean runs = command != null
                && SHORT.contains(command)
                && arguments.bytes() <= RespLimits.SHORT_BYTES_MAX
                && connection.core().core().mayServeShort()
                && isShort(command, arguments)
                && (command != Command.GET || isShortValue(connection, arguments));
        if (runs) {
            connection.core().core().servedShort(1);
        }
        return runs;
    }

    private static boolean isShort(Command command, Arguments arguments) {
        if (OF_MANY_KEYS.contains(command)) {
            return arguments.count() == ONE_KEY;
        }
        if (command == Command.FUNCTION) {
            return arguments.count() == SUBCOMMAND_ALONE && (arguments.is(1, "KILL") || arguments.is(1, "STATS"));
        }
        if (command == Command.SET) {
            for (int index = OPTIONS; index < arguments.count(); index++) {
                if (arguments.is(index, "GET")) {
                    return false; // Reads and writes, in a transaction.
                }
            }
        }
        return true;
    }

    private static boolean isShortValue(RespConnection connection, Arguments arguments) {
        if (arguments.count() != ONE_KEY || !connection.authenticated()) {
            return true; // An error, which is short.
        }
        long record = Keys.find(connection, arguments, 1);
        return record == Record.NONE || Record.valueLength(record) <= RespLimits.SHORT_BYTES_MAX;
    }
}
