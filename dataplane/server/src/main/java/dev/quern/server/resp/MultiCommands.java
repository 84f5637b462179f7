package dev.quern.server.resp;

import dev.quern.kvstore.StoreStatus;
import dev.quern.kvstore.Table;
import java.util.EnumSet;
import java.util.Set;

/**
 * MULTI and what belongs to it. EXEC does the queued commands in one transaction of the store, so that other cores see all of them or
 * none, and watched keys by the versions of their records. Thread: the core's.
 */
final class MultiCommands {
    private static final String NOT_ALLOWED = "ERR Command not allowed inside a transaction";

    /**
     * What EXEC can do in a transaction: reading and writing records, and what touches no record. Not so FLUSHDB and FLUSHALL, which no
     * transaction of the store can take back, and functions, each of which is a transaction of its own.
     */
    private static final Set<Command> QUEUED = EnumSet.of(
            Command.PING,
            Command.ECHO,
            Command.SELECT,
            Command.GET,
            Command.SET,
            Command.SETNX,
            Command.SETEX,
            Command.PSETEX,
            Command.GETSET,
            Command.GETDEL,
            Command.GETEX,
            Command.MGET,
            Command.MSET,
            Command.MSETNX,
            Command.INCR,
            Command.DECR,
            Command.INCRBY,
            Command.DECRBY,
            Command.APPEND,
            Command.STRLEN,
            Command.HSET,
            Command.HMSET,
            Command.HSETNX,
            Command.HGET,
            Command.HMGET,
            Command.HGETALL,
            Command.HDEL,
            Command.HEXISTS,
            Command.HLEN,
            Command.HKEYS,
            Command.HVALS,
            Command.HSTRLEN,
            Command.HINCRBY,
            Command.ZADD,
            Command.ZINCRBY,
            Command.ZREM,
            Command.ZSCORE,
            Command.ZMSCORE,
            Command.ZCARD,
            Command.ZCOUNT,
            Command.ZRANGE,
            Command.ZRANGEBYSCORE,
            Command.ZREVRANGE,
            Command.ZREVRANGEBYSCORE,
            Command.ZRANK,
            Command.ZREVRANK,
            Command.ZREMRANGEBYSCORE,
            Command.ZPOPMIN,
            Command.ZPOPMAX,
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
            Command.SCAN,
            Command.KEYS,
            Command.DBSIZE,
            Command.INFO,
            Command.CONFIG,
            Command.COMMAND,
            Command.UNWATCH);

    /** What looks at much of a table: done again only a few times, as it conflicts with every write there and takes long. */
    private static final Set<Command> SCANS = EnumSet.of(Command.SCAN, Command.KEYS);

    private static final Set<Command> AT_ONCE =
            EnumSet.of(Command.MULTI, Command.WATCH, Command.EXEC, Command.DISCARD, Command.QUIT, Command.RESET);

    private MultiCommands() {}

    /** Takes a command that comes after MULTI; false when it is one to be done at once. */
    static boolean queue(CommandQueue queue, Command command, Arguments arguments, ReplyWriter reply) {
        if (AT_ONCE.contains(command)) {
            return false;
        }
        if (!QUEUED.contains(command)) {
            queue.spoil();
            reply.error(NOT_ALLOWED);
        } else if (queue.add(command, arguments)) {
            reply.simple("QUEUED");
        } else {
            queue.spoil();
            reply.error("ERR transaction too large: at most " + RespLimits.QUEUED_COMMANDS_MAX + " commands of "
                    + RespLimits.QUEUED_BYTES_MAX + " bytes together");
        }
        return true;
    }

    static void multi(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (connection.queue().isOpen()) {
            reply.error("ERR MULTI calls can not be nested");
            return;
        }
        connection.queue().open();
        reply.ok();
    }

    static void discard(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (connection.queue().isOpen()) {
            connection.queue().clear();
            reply.ok();
        } else {
            reply.error("ERR DISCARD without MULTI");
        }
    }

    static void watch(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (connection.queue().isOpen()) {
            reply.error("ERR WATCH inside MULTI is not allowed");
            return;
        }
        for (int index = 1; index < arguments.count(); index++) {
            // A key that no record can have never changes.
            if (Keys.possible(arguments, index)
                    && !connection
                            .queue()
                            .watch(
                                    connection.records(),
                                    connection.table(),
                                    arguments.toArray(index),
                                    arguments.address(index))) {
                reply.error("ERR too many watched keys: at most " + RespLimits.WATCHED_KEYS_MAX);
                return;
            }
        }
        reply.ok();
    }

    static void unwatch(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        connection.queue().unwatch();
        reply.ok();
    }

    static void exec(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        CommandQueue queue = connection.queue();
        if (!queue.isOpen()) {
            reply.error("ERR EXEC without MULTI");
            return;
        }
        if (queue.isSpoiled()) {
            reply.error("EXECABORT Transaction discarded because of previous errors.");
        } else {
            execute(connection, queue, reply);
        }
        queue.clear();
    }

    private static void execute(RespConnection connection, CommandQueue queue, ReplyWriter reply) {
        int start = reply.size();
        int errors = reply.errors();
        Table selected = connection.table();
        int status = StoreStatus.CONFLICT;
        int attemptsMax = queue.commands().stream().anyMatch(queued -> SCANS.contains(queued.command()))
                ? RespLimits.SCAN_ATTEMPTS_MAX
                : RespLimits.TRANSACTION_ATTEMPTS_MAX;
        for (int attempt = 0; attempt < attemptsMax && status == StoreStatus.CONFLICT; attempt++) {
            reply.cutTo(start, errors);
            connection.select(selected);
            status = attempt(connection, queue, reply);
        }
        if (status == StoreStatus.OK) {
            return;
        }
        reply.cutTo(start, errors);
        connection.select(selected);
        if (status == StoreStatus.NOT_FOUND) {
            reply.nilArray();
        } else if (status == StoreStatus.OVER_QUOTA) {
            reply.error("EXECABORT Transaction discarded because of: " + Errors.OUT_OF_MEMORY);
        } else {
            Errors.status(reply, status);
        }
    }

    /** Does the commands and commits; NOT_FOUND when a watched key is no longer what it was. */
    private static int attempt(RespConnection connection, CommandQueue queue, ReplyWriter reply) {
        Records records = connection.records();
        records.beginAll();
        boolean done = false;
        try {
            if (!queue.holds(records, connection.core())) {
                return StoreStatus.NOT_FOUND;
            }
            reply.array(queue.commands().size());
            for (CommandQueue.Queued queued : queue.commands()) {
                queued.command().handler().run(connection, queued.arguments(), reply);
            }
            // An overflow closes the connection: nobody would learn of what was written.
            done = !reply.overflowed();
            return done ? records.commitAll() : StoreStatus.TOO_LARGE;
        } finally {
            if (!done) {
                records.abortAll();
            }
        }
    }
}
