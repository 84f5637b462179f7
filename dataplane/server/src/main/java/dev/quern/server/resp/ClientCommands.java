package dev.quern.server.resp;

import java.util.Objects;

/** CLIENT and its subcommands. Thread: the core's. */
final class ClientCommands {
    private ClientCommands() {}

    static void client(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        int count = arguments.count();
        if (arguments.is(1, "SETNAME")) {
            if (count != 3) {
                Errors.wrongArity(reply, "client|setname");
            } else if (name(connection, arguments, 2, reply)) {
                reply.ok();
            }
        } else if (arguments.is(1, "GETNAME")) {
            String name = connection.client().name();
            if (count != 2) {
                Errors.wrongArity(reply, "client|getname");
            } else if (name.isEmpty()) {
                reply.nil();
            } else {
                reply.bulk(name);
            }
        } else if (arguments.is(1, "SETINFO")) {
            setInfo(connection, arguments, reply);
        } else if (arguments.is(1, "ID")) {
            if (count != 2) {
                Errors.wrongArity(reply, "client|id");
            } else {
                reply.integer(connection.id());
            }
        } else if (arguments.is(1, "INFO")) {
            if (count != 2) {
                Errors.wrongArity(reply, "client|info");
            } else {
                reply.verbatim(connection.client().line(connection.core().core().nowMs()) + "\n");
            }
        } else if (arguments.is(1, "LIST")) {
            if (count != 2) {
                reply.error(Errors.SYNTAX);
            } else {
                list(connection, reply);
            }
        } else if (arguments.is(1, "HELP")) {
            Help.reply(reply, Command.CLIENT, "GETNAME", "ID", "INFO", "LIST", "SETINFO", "SETNAME");
        } else {
            Errors.unknownSubcommand(reply, arguments);
        }
    }

    /** The tenant's connections, not the others'. */
    private static void list(RespConnection connection, ReplyWriter reply) {
        String tenant = connection.tenant().name();
        long nowMs = connection.core().core().nowMs();
        StringBuilder lines = new StringBuilder();
        for (RespConnection each : connection.core().clients().list()) {
            if (Objects.equals(each.client().tenant(), tenant)) {
                lines.append(each.client().line(nowMs)).append('\n');
            }
        }
        reply.verbatim(lines.toString());
    }

    private static void setInfo(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (arguments.count() != 4) {
            Errors.wrongArity(reply, "client|setinfo");
            return;
        }
        boolean library = arguments.is(2, "LIB-NAME");
        if (!library && !arguments.is(2, "LIB-VER")) {
            reply.errorEcho("ERR Unrecognized option '" + arguments.excerpt(2) + "'");
        } else if (!plain(arguments, 3)) {
            reply.error("ERR " + (library ? "lib-name" : "lib-ver")
                    + " cannot contain spaces, newlines or special characters.");
        } else {
            if (library) {
                connection.client().library(arguments.text(3));
            } else {
                connection.client().libraryVersion(arguments.text(3));
            }
            reply.ok();
        }
    }

    /** Names the connection; false, with the error written, when the name is no good. */
    static boolean name(RespConnection connection, Arguments arguments, int index, ReplyWriter reply) {
        if (!plain(arguments, index)) {
            reply.error("ERR Client names cannot contain spaces, newlines or special characters.");
            return false;
        }
        connection.client().name(arguments.text(index));
        return true;
    }

    private static boolean plain(Arguments arguments, int index) {
        if (arguments.length(index) > RespLimits.CLIENT_TEXT_MAX) {
            return false;
        }
        for (byte letter : arguments.toArray(index)) {
            if (letter < '!' || letter > '~') {
                return false;
            }
        }
        return true;
    }
}
