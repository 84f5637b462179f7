package dev.quern.server.resp;

import dev.quern.kvstore.StoreStatus;
import java.util.Locale;

/** Errors in Redis's words, where Redis has the error. */
final class Errors {
    static final String SYNTAX = "ERR syntax error";
    static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";
    static final String NO_AUTHENTICATION = "NOAUTH Authentication required.";
    static final String OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";
    static final String VALUE_TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
    static final String WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";
    static final String NOT_A_FLOAT = "ERR value is not a valid float";
    static final String CONTENDED = "TRYAGAIN Other cores keep writing the same keys: send the command again";

    private Errors() {}

    static void wrongArity(ReplyWriter reply, String command) {
        reply.error("ERR wrong number of arguments for '" + command + "' command");
    }

    static void unknownCommand(ReplyWriter reply, Arguments arguments) {
        StringBuilder text = new StringBuilder("ERR unknown command '")
                .append(arguments.excerpt(0))
                .append("', with args beginning with: ");
        int shown = 0;
        for (int index = 1; index < arguments.count() && shown < RespLimits.ERROR_TEXT_MAX; index++) {
            String argument = arguments.excerpt(index, RespLimits.ERROR_TEXT_MAX - shown);
            text.append('\'').append(argument).append("' ");
            shown += argument.length() + 3;
        }
        reply.errorEcho(text.toString());
    }

    static void unknownSubcommand(ReplyWriter reply, Arguments arguments) {
        String command = arguments.text(0).toUpperCase(Locale.ROOT);
        reply.errorEcho("ERR unknown subcommand '" + arguments.excerpt(1) + "'. Try " + command + " HELP.");
    }

    static void expireTime(ReplyWriter reply, Command command) {
        reply.error("ERR invalid expire time in '" + command.label() + "' command");
    }

    /** The answer to a write that the store refused. */
    static void status(ReplyWriter reply, int status) {
        reply.error(
                switch (status) {
                    case StoreStatus.OVER_QUOTA -> OUT_OF_MEMORY;
                    case StoreStatus.NOT_A_NUMBER -> NOT_AN_INTEGER;
                    case StoreStatus.OVERFLOW -> "ERR increment or decrement would overflow";
                    case StoreStatus.CONFLICT -> CONTENDED;
                    default -> "ERR " + StoreStatus.describe(status);
                });
    }
}
