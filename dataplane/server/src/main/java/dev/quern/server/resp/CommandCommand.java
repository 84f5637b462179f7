package dev.quern.server.resp;

import java.util.List;

/** COMMAND: what clients ask to learn which commands there are. Thread: the core's. */
final class CommandCommand {
    private static final int INFO_ELEMENTS = 10;

    private CommandCommand() {}

    static void command(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        int count = arguments.count();
        if (count == 1) {
            reply.array(Command.values().length);
            for (Command command : Command.values()) {
                info(reply, command);
            }
        } else if (arguments.is(1, "COUNT")) {
            if (count != 2) {
                Errors.wrongArity(reply, "command|count");
            } else {
                reply.integer(Command.values().length);
            }
        } else if (arguments.is(1, "INFO")) {
            info(arguments, reply);
        } else if (arguments.is(1, "DOCS")) {
            docs(arguments, reply);
        } else if (arguments.is(1, "LIST")) {
            if (count != 2) {
                reply.error(Errors.SYNTAX);
                return;
            }
            reply.array(Command.values().length);
            for (Command command : Command.values()) {
                reply.bulk(command.label());
            }
        } else if (arguments.is(1, "HELP")) {
            Help.reply(reply, Command.COMMAND, "COUNT", "DOCS", "INFO", "LIST");
        } else {
            Errors.unknownSubcommand(reply, arguments);
        }
    }

    private static void info(Arguments arguments, ReplyWriter reply) {
        int named = arguments.count() - 2;
        reply.array(named == 0 ? Command.values().length : named);
        if (named == 0) {
            for (Command command : Command.values()) {
                info(reply, command);
            }
        }
        for (int index = 2; index < arguments.count(); index++) {
            Command command = CommandTable.find(arguments.address(index), arguments.length(index));
            if (command == null) {
                reply.nil();
            } else {
                info(reply, command);
            }
        }
    }

    private static void info(ReplyWriter reply, Command command) {
        reply.array(INFO_ELEMENTS);
        reply.bulk(command.label());
        reply.integer(command.arity());
        simples(reply, command.flags());
        reply.integer(command.keys().first());
        reply.integer(command.keys().last());
        reply.integer(command.keys().step());
        simples(reply, List.of("@" + command.group()));
        reply.array(0);
        reply.array(0);
        reply.array(0);
    }

    private static void simples(ReplyWriter reply, List<String> words) {
        reply.set(words.size());
        for (String word : words) {
            reply.simple(word);
        }
    }

    private static void docs(Arguments arguments, ReplyWriter reply) {
        if (arguments.count() == 2) {
            reply.map(Command.values().length);
            for (Command command : Command.values()) {
                docs(reply, command);
            }
            return;
        }
        int known = 0;
        for (int index = 2; index < arguments.count(); index++) {
            if (CommandTable.find(arguments.address(index), arguments.length(index)) != null) {
                known++;
            }
        }
        reply.map(known);
        for (int index = 2; index < arguments.count(); index++) {
            Command command = CommandTable.find(arguments.address(index), arguments.length(index));
            if (command != null) {
                docs(reply, command);
            }
        }
    }

    private static void docs(ReplyWriter reply, Command command) {
        reply.bulk(command.label());
        reply.map(3);
        reply.bulk("summary");
        reply.bulk(command.summary());
        reply.bulk("since");
        reply.bulk(command.since());
        reply.bulk("group");
        reply.bulk(command.group());
    }
}
