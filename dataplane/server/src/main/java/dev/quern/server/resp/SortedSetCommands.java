package dev.quern.server.resp;

import dev.quern.kvstore.StoreStatus;

/** Commands on members of sorted sets by name; those by range are in {@link SortedSetRanges}. Thread: the core's. */
final class SortedSetCommands {
    /** Does something with a sorted set and replies: OK, or what the store refused it for. */
    @FunctionalInterface
    interface Step {
        int run(SortedSet set, Arguments arguments, ReplyWriter reply);
    }

    private static final String NOT_A_NUMBER = "ERR resulting score is not a number (NaN)";

    private SortedSetCommands() {}

    /** Takes the set of the first argument and does a step with it; an error when it is something else. */
    static void step(RespConnection connection, Arguments arguments, ReplyWriter reply, Step step) {
        SortedSet set = connection.core().sortedSet();
        AtomicCommands.atomically(connection, arguments, reply, (client, words, answer) -> {
            set.take(client, Keys.find(client, words, 1));
            if (set.isOther()) {
                answer.error(Errors.WRONG_TYPE);
                return StoreStatus.OK;
            }
            return step.run(set, words, answer);
        });
    }

    static void zadd(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        add(connection, arguments, new AddOptions(), reply);
    }

    static void zincrby(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        add(connection, arguments, new AddOptions().incrementing(), reply);
    }

    private static void add(RespConnection connection, Arguments arguments, AddOptions options, ReplyWriter reply) {
        if (options.parse(arguments, reply)
                && Keys.writable(arguments, 1, reply)
                && HashCommands.areMembers(arguments, options.first() + 1, 2, reply)) {
            step(connection, arguments, reply, (set, words, answer) -> add(set, words, options, answer));
        }
    }

    private static int add(SortedSet set, Arguments arguments, AddOptions options, ReplyWriter reply) {
        long added = 0;
        long updated = 0;
        boolean isDone = false;
        double result = 0;
        for (int index = options.first(); index < arguments.count(); index += 2) {
            long member = arguments.address(index + 1);
            int length = arguments.length(index + 1);
            double score = options.score(index);
            int status = StoreStatus.OK;
            if (set.find(member, length)) {
                double before = set.score();
                double after = options.isIncrement() ? before + score : score;
                if (Double.isNaN(after) && !options.isAbsentOnly()) {
                    reply.error(NOT_A_NUMBER);
                    // As in Redis, what came before it stands.
                    return set.finish(arguments.address(1), arguments.length(1));
                }
                if (options.changes(before, after)) {
                    isDone = true;
                    result = after;
                    if (before != after) {
                        updated++;
                        status = set.change(member, length, before, after);
                    }
                }
            } else if (!options.isPresentOnly()) {
                isDone = true;
                result = score;
                added++;
                status = set.add(member, length, score);
            }
            if (status != StoreStatus.OK) {
                return status;
            }
        }
        if (!options.isIncrement()) {
            reply.integer(options.countsChanges() ? added + updated : added);
        } else if (isDone) {
            reply.real(result);
        } else {
            reply.nil();
        }
        return set.finish(arguments.address(1), arguments.length(1));
    }

    static void zrem(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        step(connection, arguments, reply, (set, words, answer) -> {
            long before = set.count();
            for (int index = 2; index < words.count(); index++) {
                if (set.find(words.address(index), words.length(index))) {
                    int status = set.remove(words.address(index), words.length(index), set.score());
                    if (status != StoreStatus.OK) {
                        return status;
                    }
                }
            }
            answer.integer(before - set.count());
            return set.finish(words.address(1), words.length(1));
        });
    }

    static void zscore(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        step(connection, arguments, reply, (set, words, answer) -> {
            score(set, words, 2, answer);
            return StoreStatus.OK;
        });
    }

    static void zmscore(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        step(connection, arguments, reply, (set, words, answer) -> {
            answer.array(words.count() - 2L);
            for (int index = 2; index < words.count(); index++) {
                score(set, words, index, answer);
            }
            return StoreStatus.OK;
        });
    }

    private static void score(SortedSet set, Arguments arguments, int index, ReplyWriter reply) {
        if (set.find(arguments.address(index), arguments.length(index))) {
            reply.real(set.score());
        } else {
            reply.nil();
        }
    }

    static void zcard(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        SortedSet set = connection.core().sortedSet();
        set.take(connection, Keys.find(connection, arguments, 1));
        if (set.isOther()) {
            reply.error(Errors.WRONG_TYPE);
        } else {
            reply.integer(set.count());
        }
    }
}
