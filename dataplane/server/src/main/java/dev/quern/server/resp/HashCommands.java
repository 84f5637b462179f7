package dev.quern.server.resp;

import dev.quern.kvstore.StoreStatus;

/** Commands on hashes. Thread: the core's. */
final class HashCommands {
    /** Replies what it reads of a hash. */
    @FunctionalInterface
    private interface Reader {
        void read(Hash hash, Arguments arguments, ReplyWriter reply);
    }

    /** Changes a hash and replies: OK, or what the store refused it for. */
    @FunctionalInterface
    private interface Writer {
        int write(Hash hash, RespConnection connection, Arguments arguments, ReplyWriter reply);
    }

    private HashCommands() {}

    private static void read(RespConnection connection, Arguments arguments, ReplyWriter reply, Reader reader) {
        Hash hash = connection.core().hash();
        hash.take(connection, Keys.find(connection, arguments, 1));
        if (hash.hasElements()) {
            AtomicCommands.atomically(connection, arguments, reply, (client, words, answer) -> {
                hash.take(client, Keys.find(client, words, 1));
                readOrRefuse(hash, words, answer, reader);
                return StoreStatus.OK;
            });
        } else {
            // Its record never changes once it is found.
            readOrRefuse(hash, arguments, reply, reader);
        }
    }

    private static void readOrRefuse(Hash hash, Arguments arguments, ReplyWriter reply, Reader reader) {
        if (hash.isOther()) {
            reply.error(Errors.WRONG_TYPE);
        } else {
            reader.read(hash, arguments, reply);
        }
    }

    private static void write(RespConnection connection, Arguments arguments, ReplyWriter reply, Writer writer) {
        if (!Keys.writable(arguments, 1, reply)) {
            return;
        }
        Hash hash = connection.core().hash();
        AtomicCommands.atomically(connection, arguments, reply, (client, words, answer) -> {
            hash.take(client, Keys.find(client, words, 1));
            if (hash.isOther()) {
                answer.error(Errors.WRONG_TYPE);
                return StoreStatus.OK;
            }
            return writer.write(hash, client, words, answer);
        });
    }

    private static long put(Hash hash, Arguments arguments, FieldPairs pairs) {
        return hash.put(arguments.address(1), arguments.length(1), pairs);
    }

    static void hset(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        set(Command.HSET, connection, arguments, reply);
    }

    static void hmset(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        set(Command.HMSET, connection, arguments, reply);
    }

    private static void set(Command command, RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (arguments.count() % 2 != 0) {
            Errors.wrongArity(reply, command.label());
        } else if (areMembers(arguments, 2, 2, reply)) {
            write(connection, arguments, reply, (hash, client, words, answer) -> {
                FieldPairs pairs = client.core().pairs();
                for (int index = 2; index < words.count(); index += 2) {
                    pairs.add(
                            words.address(index),
                            words.length(index),
                            words.address(index + 1),
                            words.length(index + 1));
                }
                long added = put(hash, words, pairs);
                if (command == Command.HMSET) {
                    answer.ok();
                } else {
                    answer.integer(added);
                }
                return (int) Math.min(added, StoreStatus.OK);
            });
        }
    }

    /** Whether these arguments can be fields or members; the error is written when not. */
    static boolean areMembers(Arguments arguments, int first, int step, ReplyWriter reply) {
        for (int index = first; index < arguments.count(); index += step) {
            if (arguments.length(index) > RespLimits.MEMBER_BYTES_MAX) {
                reply.error("ERR a field or member is longer than " + RespLimits.MEMBER_BYTES_MAX + " bytes");
                return false;
            }
        }
        return true;
    }

    static void hsetnx(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (!areMembers(arguments, 2, 2, reply)) {
            return;
        }
        write(connection, arguments, reply, (hash, client, words, answer) -> {
            if (hash.find(words.address(2), words.length(2))) {
                answer.integer(0);
                return StoreStatus.OK;
            }
            answer.integer(1);
            FieldPairs pairs = client.core().pairs();
            pairs.add(words.address(2), words.length(2), words.address(3), words.length(3));
            return (int) Math.min(put(hash, words, pairs), StoreStatus.OK);
        });
    }

    static void hincrby(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        if (!arguments.isLong(3)) {
            reply.error(Errors.NOT_AN_INTEGER);
        } else if (areMembers(arguments, 2, 2, reply)) {
            write(connection, arguments, reply, HashCommands::increment);
        }
    }

    private static int increment(Hash hash, RespConnection connection, Arguments arguments, ReplyWriter reply) {
        long before = 0;
        if (hash.find(arguments.address(2), arguments.length(2))) {
            if (!Ascii.isLong(hash.value(), hash.valueLength())) {
                reply.error("ERR hash value is not an integer");
                return StoreStatus.OK;
            }
            before = Ascii.parseLong(hash.value(), hash.valueLength());
        }
        long delta = arguments.asLong(3);
        long sum = before + delta;
        if (((before ^ sum) & (delta ^ sum)) < 0) {
            reply.error("ERR increment or decrement would overflow");
            return StoreStatus.OK;
        }
        reply.integer(sum);
        long text = connection.core().core().scratch().reserve(Ascii.LONG_DIGITS_MAX);
        int length = Ascii.putDecimal(text, sum);
        FieldPairs pairs = connection.core().pairs();
        pairs.add(arguments.address(2), arguments.length(2), text, length);
        return (int) Math.min(put(hash, arguments, pairs), StoreStatus.OK);
    }

    static void hdel(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        write(connection, arguments, reply, (hash, client, words, answer) -> {
            FieldPairs pairs = client.core().pairs();
            for (int index = 2; index < words.count(); index++) {
                pairs.add(words.address(index), words.length(index), 0, 0);
            }
            long removed = hash.remove(words.address(1), words.length(1), pairs);
            answer.integer(removed);
            return (int) Math.min(removed, StoreStatus.OK);
        });
    }

    static void hget(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        read(connection, arguments, reply, (hash, words, answer) -> value(hash, words, 2, answer));
    }

    private static void value(Hash hash, Arguments arguments, int index, ReplyWriter reply) {
        if (hash.find(arguments.address(index), arguments.length(index))) {
            reply.bulk(hash.value(), hash.valueLength());
        } else {
            reply.nil();
        }
    }

    static void hmget(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        read(connection, arguments, reply, (hash, words, answer) -> {
            answer.array(words.count() - 2L);
            for (int index = 2; index < words.count() && !answer.overflowed(); index++) {
                value(hash, words, index, answer);
            }
        });
    }

    static void hexists(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        read(
                connection,
                arguments,
                reply,
                (hash, words, answer) -> answer.integer(hash.find(words.address(2), words.length(2)) ? 1 : 0));
    }

    static void hstrlen(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        read(
                connection,
                arguments,
                reply,
                (hash, words, answer) ->
                        answer.integer(hash.find(words.address(2), words.length(2)) ? hash.valueLength() : 0));
    }

    static void hlen(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        Hash hash = connection.core().hash();
        hash.take(connection, Keys.find(connection, arguments, 1));
        readOrRefuse(hash, arguments, reply, (its, words, answer) -> answer.integer(its.count()));
    }

    static void hgetall(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        read(connection, arguments, reply, (hash, words, answer) -> {
            answer.map(hash.count());
            for (hash.walk(); hash.next() && !answer.overflowed(); ) {
                answer.bulk(hash.field(), hash.fieldLength());
                answer.bulk(hash.value(), hash.valueLength());
            }
        });
    }

    static void hkeys(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        read(connection, arguments, reply, (hash, words, answer) -> {
            answer.array(hash.count());
            for (hash.walk(); hash.next() && !answer.overflowed(); ) {
                answer.bulk(hash.field(), hash.fieldLength());
            }
        });
    }

    static void hvals(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        read(connection, arguments, reply, (hash, words, answer) -> {
            answer.array(hash.count());
            for (hash.walk(); hash.next() && !answer.overflowed(); ) {
                answer.bulk(hash.value(), hash.valueLength());
            }
        });
    }
}
