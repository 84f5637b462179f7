package dev.quern.server.resp;

import dev.quern.kvstore.Record;
import dev.quern.kvstore.StoreStatus;

/**
 * Commands on members of sorted sets by score, bytes and rank. The store keeps no count of members below another one: ranks are found by
 * steps from the nearer end, {@link RespLimits#RANK_STEPS_MAX} at most. Thread: the core's.
 */
final class SortedSetRanges {
    private static final String RANK_TOO_FAR =
            "ERR the rank is more than " + RespLimits.RANK_STEPS_MAX + " members away from both ends: ask by score";

    private SortedSetRanges() {}

    static void zrange(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        range(connection, arguments, RangeOptions.any(), reply);
    }

    static void zrevrange(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        range(connection, arguments, RangeOptions.of(RangeOptions.By.RANK, true), reply);
    }

    static void zrangebyscore(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        range(connection, arguments, RangeOptions.of(RangeOptions.By.SCORE, false), reply);
    }

    static void zrevrangebyscore(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        range(connection, arguments, RangeOptions.of(RangeOptions.By.SCORE, true), reply);
    }

    private static void range(RespConnection connection, Arguments arguments, RangeOptions options, ReplyWriter reply) {
        if (!options.parse(arguments, reply)) {
            return;
        }
        SortedSetCommands.step(connection, arguments, reply, (set, words, answer) -> {
            RecordList found = connection.core().found();
            boolean isReversed = false;
            switch (options.by()) {
                case RANK -> {
                    long first = options.first(set.count());
                    long last = options.last(set.count());
                    long behind = set.count() - 1 - last;
                    // From the nearer end.
                    isReversed = first > behind;
                    if (first <= last && Math.min(first, behind) > RespLimits.RANK_STEPS_MAX) {
                        answer.error(RANK_TOO_FAR);
                        return StoreStatus.OK;
                    }
                    if (first <= last) {
                        set.walk(options.isBackwards() != isReversed);
                        take(set, found, Math.min(first, behind), last - first + 1);
                    }
                }
                case SCORE -> {
                    if (!options.scores().isEmpty()) {
                        set.walk(options.scores().from(), options.scores().to(), options.isBackwards());
                        take(set, found, options.offset(), options.limit());
                    }
                }
                case BYTES -> {
                    if (set.walkBytes(words, options.minIndex(), options.maxIndex(), options.isBackwards())) {
                        take(set, found, options.offset(), options.limit());
                    }
                }
            }
            write(found, isReversed, options.withScores(), answer);
            return StoreStatus.OK;
        });
    }

    /** Gathers what the walk shows behind so many: none for a negative offset, all for a negative limit. */
    private static void take(SortedSet set, RecordList found, long offset, long limit) {
        if (offset < 0) {
            return;
        }
        for (long passed = 0; passed < offset; passed++) {
            if (set.next() == Record.NONE) {
                return;
            }
        }
        while (limit < 0 || found.size() < limit) {
            long element = set.next();
            if (element == Record.NONE) {
                return;
            }
            found.visit(element);
        }
    }

    private static void write(RecordList found, boolean isReversed, boolean withScores, ReplyWriter reply) {
        boolean isNested = withScores && reply.resp3();
        reply.array(withScores && !isNested ? 2L * found.size() : found.size());
        for (int index = 0; index < found.size() && !reply.overflowed(); index++) {
            long element = found.get(isReversed ? found.size() - 1 - index : index);
            if (isNested) {
                reply.array(2);
            }
            reply.bulk(SortedSet.member(element), SortedSet.memberLength(element));
            if (withScores) {
                reply.real(SortedSet.score(element));
            }
        }
    }

    static void zcount(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        ScoreRange range = new ScoreRange();
        if (!range.parse(arguments, 2, 3, reply)) {
            return;
        }
        SortedSetCommands.step(connection, arguments, reply, (set, words, answer) -> {
            long count = 0;
            if (range.isAll()) {
                count = set.count();
            } else if (!range.isEmpty()) {
                set.walk(range.from(), range.to(), false);
                while (set.next() != Record.NONE) {
                    count++;
                }
            }
            answer.integer(count);
            return StoreStatus.OK;
        });
    }

    static void zrank(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        rank(connection, arguments, false, reply);
    }

    static void zrevrank(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        rank(connection, arguments, true, reply);
    }

    private static void rank(RespConnection connection, Arguments arguments, boolean isBackwards, ReplyWriter reply) {
        SortedSetCommands.step(connection, arguments, reply, (set, words, answer) -> {
            long member = words.address(2);
            int length = words.length(2);
            if (!set.find(member, length)) {
                answer.nil();
                return StoreStatus.OK;
            }
            long before = stepsFrom(set, member, length, !isBackwards);
            if (before >= 0) {
                answer.integer(before);
                return StoreStatus.OK;
            }
            long behind = stepsFrom(set, member, length, isBackwards);
            if (behind >= 0) {
                answer.integer(set.count() - 1 - behind);
            } else {
                answer.error(RANK_TOO_FAR);
            }
            return StoreStatus.OK;
        });
    }

    /** How many members there are from this one to an end; below 0 when too many. */
    private static long stepsFrom(SortedSet set, long member, int length, boolean isBackwards) {
        set.walkBehind(set.score(), member, length, isBackwards);
        for (long steps = 0; steps <= RespLimits.RANK_STEPS_MAX; steps++) {
            if (set.next() == Record.NONE) {
                return steps;
            }
        }
        return -1;
    }

    static void zremrangebyscore(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        ScoreRange range = new ScoreRange();
        if (!range.parse(arguments, 2, 3, reply)) {
            return;
        }
        SortedSetCommands.step(connection, arguments, reply, (set, words, answer) -> {
            RecordList found = connection.core().found();
            if (range.isAll() && set.isThere()) {
                answer.integer(set.count());
                return set.removeAll(words.address(1), words.length(1));
            }
            if (!range.isEmpty()) {
                set.walk(range.from(), range.to(), false);
                take(set, found, 0, RangeOptions.NO_LIMIT);
            }
            answer.integer(found.size());
            return removeFound(set, found, words);
        });
    }

    /** In one transaction, which takes a few thousand. */
    private static int removeFound(SortedSet set, RecordList found, Arguments arguments) {
        if (found.size() > 0 && found.size() == set.count()) {
            return set.removeAll(arguments.address(1), arguments.length(1));
        }
        for (int index = 0; index < found.size(); index++) {
            long element = found.get(index);
            int status =
                    set.remove(SortedSet.member(element), SortedSet.memberLength(element), SortedSet.score(element));
            if (status != StoreStatus.OK) {
                return status;
            }
        }
        return set.finish(arguments.address(1), arguments.length(1));
    }

    static void zpopmin(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        pop(connection, arguments, false, reply);
    }

    static void zpopmax(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        pop(connection, arguments, true, reply);
    }

    private static void pop(RespConnection connection, Arguments arguments, boolean isBackwards, ReplyWriter reply) {
        boolean isCounted = arguments.count() > 2;
        if (arguments.count() > 3) {
            reply.error(Errors.SYNTAX);
            return;
        }
        long wanted = !isCounted ? 1 : arguments.isLong(2) ? arguments.asLong(2) : -1;
        if (wanted < 0) {
            reply.error("ERR value is out of range, must be positive");
            return;
        }
        SortedSetCommands.step(connection, arguments, reply, (set, words, answer) -> {
            RecordList found = connection.core().found();
            if (wanted > 0) {
                set.walk(isBackwards);
                take(set, found, 0, wanted);
            }
            if (answer.resp3() && !isCounted && found.size() > 0) {
                answer.array(2);
                answer.bulk(SortedSet.member(found.get(0)), SortedSet.memberLength(found.get(0)));
                answer.real(SortedSet.score(found.get(0)));
            } else {
                write(found, false, true, answer);
            }
            return removeFound(set, found, words);
        });
    }
}
