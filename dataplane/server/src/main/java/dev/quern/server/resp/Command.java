package dev.quern.server.resp;

import static dev.quern.server.resp.KeyRange.ALL;
import static dev.quern.server.resp.KeyRange.NONE;
import static dev.quern.server.resp.KeyRange.ONE;
import static dev.quern.server.resp.KeyRange.PAIRS;

import java.util.List;
import java.util.Locale;

/** The commands that we answer: what COMMAND tells of each, and where it is done. docs/redis.md lists the same; a test compares. */
@SuppressWarnings("ImmutableEnumChecker") // handlers are method references without state, and flags immutable lists
enum Command {
    PING(-1, "fast", NONE, "connection", "1.0.0", "Ping the server", ConnectionCommands::ping),
    ECHO(2, "fast", NONE, "connection", "1.0.0", "Echo the given string", ConnectionCommands::echo),
    HELLO(-1, "noauth fast", NONE, "connection", "6.0.0", "Handshake with the server", Authentication::hello),
    AUTH(-2, "noauth fast", NONE, "connection", "1.0.0", "Authenticate to the server", Authentication::auth),
    SELECT(
            2,
            "fast",
            NONE,
            "connection",
            "1.0.0",
            "Change the selected table of the connection",
            ConnectionCommands::select),
    QUIT(-1, "noauth fast", NONE, "connection", "1.0.0", "Close the connection", ConnectionCommands::quit),
    RESET(1, "noauth fast", NONE, "connection", "6.2.0", "Reset the connection", ConnectionCommands::reset),
    CLIENT(-2, "", NONE, "connection", "2.4.0", "Name, describe and list connections", ClientCommands::client),
    GET(2, "readonly fast", ONE, "string", "1.0.0", "Get the value of a key", StringCommands::get),
    SET(-3, "write denyoom", ONE, "string", "1.0.0", "Set the string value of a key", StringCommands::set),
    SETNX(
            3,
            "write denyoom fast",
            ONE,
            "string",
            "1.0.0",
            "Set the value of a key, only if the key does not exist",
            StringCommands::setnx),
    SETEX(4, "write denyoom", ONE, "string", "2.0.0", "Set the value and expiration of a key", StringCommands::setex),
    PSETEX(
            4,
            "write denyoom",
            ONE,
            "string",
            "2.6.0",
            "Set the value and expiration in milliseconds of a key",
            StringCommands::psetex),
    GETSET(
            3,
            "write denyoom fast",
            ONE,
            "string",
            "1.0.0",
            "Set the string value of a key and return its old value",
            AtomicCommands::getset),
    GETDEL(
            2,
            "write fast",
            ONE,
            "string",
            "6.2.0",
            "Get the value of a key and delete the key",
            AtomicCommands::getdel),
    GETEX(
            -2,
            "write fast",
            ONE,
            "string",
            "6.2.0",
            "Get the value of a key and optionally set its expiration",
            StringCommands::getex),
    MGET(-2, "readonly fast", ALL, "string", "1.0.0", "Get the values of all the given keys", StringCommands::mget),
    MSET(-3, "write denyoom", PAIRS, "string", "1.0.1", "Set multiple keys to multiple values", AtomicCommands::mset),
    MSETNX(
            -3,
            "write denyoom",
            PAIRS,
            "string",
            "1.0.1",
            "Set multiple keys to multiple values, only if none of the keys exist",
            AtomicCommands::msetnx),
    INCR(
            2,
            "write denyoom fast",
            ONE,
            "string",
            "1.0.0",
            "Increment the integer value of a key by one",
            StringCommands::incr),
    DECR(
            2,
            "write denyoom fast",
            ONE,
            "string",
            "1.0.0",
            "Decrement the integer value of a key by one",
            StringCommands::decr),
    INCRBY(
            3,
            "write denyoom fast",
            ONE,
            "string",
            "1.0.0",
            "Increment the integer value of a key by the given amount",
            StringCommands::incrby),
    DECRBY(
            3,
            "write denyoom fast",
            ONE,
            "string",
            "1.0.0",
            "Decrement the integer value of a key by the given number",
            StringCommands::decrby),
    APPEND(3, "write denyoom fast", ONE, "string", "2.0.0", "Append a value to a key", AtomicCommands::append),
    STRLEN(
            2,
            "readonly fast",
            ONE,
            "string",
            "2.2.0",
            "Get the length of the value stored in a key",
            StringCommands::strlen),
    HSET(-4, "write denyoom fast", ONE, "hash", "2.0.0", "Give fields of a hash values", HashCommands::hset),
    HMSET(-4, "write denyoom fast", ONE, "hash", "2.0.0", "Give fields of a hash values", HashCommands::hmset),
    HSETNX(
            4,
            "write denyoom fast",
            ONE,
            "hash",
            "2.0.0",
            "Give a field a value, only if it does not exist",
            HashCommands::hsetnx),
    HGET(3, "readonly fast", ONE, "hash", "2.0.0", "Get the value of a field", HashCommands::hget),
    HMGET(-3, "readonly fast", ONE, "hash", "2.0.0", "Get the values of fields", HashCommands::hmget),
    HGETALL(2, "readonly", ONE, "hash", "2.0.0", "Get all fields and values of a hash", HashCommands::hgetall),
    HDEL(-3, "write fast", ONE, "hash", "2.0.0", "Delete fields of a hash", HashCommands::hdel),
    HEXISTS(3, "readonly fast", ONE, "hash", "2.0.0", "Determine if a field exists", HashCommands::hexists),
    HLEN(2, "readonly fast", ONE, "hash", "2.0.0", "Get the number of fields", HashCommands::hlen),
    HKEYS(2, "readonly", ONE, "hash", "2.0.0", "Get all fields of a hash", HashCommands::hkeys),
    HVALS(2, "readonly", ONE, "hash", "2.0.0", "Get all values of a hash", HashCommands::hvals),
    HSTRLEN(3, "readonly fast", ONE, "hash", "3.2.0", "Get the length of a field's value", HashCommands::hstrlen),
    HINCRBY(
            4,
            "write denyoom fast",
            ONE,
            "hash",
            "2.0.0",
            "Increment the integer value of a field",
            HashCommands::hincrby),
    ZADD(
            -4,
            "write denyoom fast",
            ONE,
            "sorted-set",
            "1.2.0",
            "Add members or change their scores",
            SortedSetCommands::zadd),
    ZINCRBY(
            4,
            "write denyoom fast",
            ONE,
            "sorted-set",
            "1.2.0",
            "Increment the score of a member",
            SortedSetCommands::zincrby),
    ZREM(-3, "write fast", ONE, "sorted-set", "1.2.0", "Remove members", SortedSetCommands::zrem),
    ZSCORE(3, "readonly fast", ONE, "sorted-set", "1.2.0", "Get the score of a member", SortedSetCommands::zscore),
    ZMSCORE(-3, "readonly fast", ONE, "sorted-set", "6.2.0", "Get the scores of members", SortedSetCommands::zmscore),
    ZCARD(2, "readonly fast", ONE, "sorted-set", "1.2.0", "Get the number of members", SortedSetCommands::zcard),
    ZCOUNT(
            4,
            "readonly fast",
            ONE,
            "sorted-set",
            "2.0.0",
            "Count the members of a range of scores",
            SortedSetRanges::zcount),
    ZRANGE(-4, "readonly", ONE, "sorted-set", "1.2.0", "Get the members of a range", SortedSetRanges::zrange),
    ZRANGEBYSCORE(
            -4,
            "readonly",
            ONE,
            "sorted-set",
            "1.0.5",
            "Get the members of a range of scores",
            SortedSetRanges::zrangebyscore),
    ZREVRANGE(
            -4,
            "readonly",
            ONE,
            "sorted-set",
            "1.2.0",
            "Get the members of a range of ranks, backwards",
            SortedSetRanges::zrevrange),
    ZREVRANGEBYSCORE(
            -4,
            "readonly",
            ONE,
            "sorted-set",
            "2.2.0",
            "Get the members of a range of scores, backwards",
            SortedSetRanges::zrevrangebyscore),
    ZRANK(
            3,
            "readonly fast",
            ONE,
            "sorted-set",
            "2.0.0",
            "Get how many members are before one",
            SortedSetRanges::zrank),
    ZREVRANK(
            3,
            "readonly fast",
            ONE,
            "sorted-set",
            "2.0.0",
            "Get how many members are behind one",
            SortedSetRanges::zrevrank),
    ZREMRANGEBYSCORE(
            4,
            "write",
            ONE,
            "sorted-set",
            "1.2.0",
            "Remove the members of a range of scores",
            SortedSetRanges::zremrangebyscore),
    ZPOPMIN(
            -2,
            "write fast",
            ONE,
            "sorted-set",
            "5.0.0",
            "Remove and get the members of the lowest scores",
            SortedSetRanges::zpopmin),
    ZPOPMAX(
            -2,
            "write fast",
            ONE,
            "sorted-set",
            "5.0.0",
            "Remove and get the members of the highest scores",
            SortedSetRanges::zpopmax),
    DEL(-2, "write", ALL, "generic", "1.0.0", "Delete a key", AtomicCommands::del),
    UNLINK(-2, "write fast", ALL, "generic", "4.0.0", "Delete a key", AtomicCommands::del),
    EXISTS(-2, "readonly fast", ALL, "generic", "1.0.0", "Determine if a key exists", KeyCommands::exists),
    TYPE(2, "readonly fast", ONE, "generic", "1.0.0", "Determine the type stored at key", KeyCommands::type),
    EXPIRE(-3, "write fast", ONE, "generic", "1.0.0", "Set a key's time to live in seconds", KeyCommands::expire),
    PEXPIRE(
            -3,
            "write fast",
            ONE,
            "generic",
            "2.6.0",
            "Set a key's time to live in milliseconds",
            KeyCommands::pexpire),
    EXPIREAT(
            -3,
            "write fast",
            ONE,
            "generic",
            "1.2.0",
            "Set the expiration for a key as a UNIX timestamp",
            KeyCommands::expireat),
    PEXPIREAT(
            -3,
            "write fast",
            ONE,
            "generic",
            "2.6.0",
            "Set the expiration for a key as a UNIX timestamp in milliseconds",
            KeyCommands::pexpireat),
    TTL(2, "readonly fast", ONE, "generic", "1.0.0", "Get the time to live for a key in seconds", KeyCommands::ttl),
    PTTL(
            2,
            "readonly fast",
            ONE,
            "generic",
            "2.6.0",
            "Get the time to live for a key in milliseconds",
            KeyCommands::pttl),
    PERSIST(2, "write fast", ONE, "generic", "2.2.0", "Remove the expiration from a key", KeyCommands::persist),
    MULTI(1, "fast", NONE, "transactions", "1.2.0", "Start a transaction", MultiCommands::multi),
    EXEC(1, "", NONE, "transactions", "1.2.0", "Do all commands of a transaction", MultiCommands::exec),
    DISCARD(1, "fast", NONE, "transactions", "2.0.0", "Discard a transaction", MultiCommands::discard),
    WATCH(
            -2,
            "fast",
            ALL,
            "transactions",
            "2.2.0",
            "Watch keys: a transaction is done only if they have not changed",
            MultiCommands::watch),
    UNWATCH(1, "fast", NONE, "transactions", "2.2.0", "Forget about watched keys", MultiCommands::unwatch),
    SCAN(-2, "readonly", NONE, "generic", "2.8.0", "Incrementally iterate the table's keys", ScanCommands::scan),
    KEYS(2, "readonly", NONE, "generic", "1.0.0", "Find all keys matching the given pattern", ScanCommands::keys),
    DBSIZE(
            1,
            "readonly fast",
            NONE,
            "server",
            "1.0.0",
            "Return the number of keys in the selected table",
            KeyCommands::dbsize),
    FLUSHDB(-1, "write", NONE, "server", "1.0.0", "Remove all keys from the selected table", KeyCommands::flushdb),
    FLUSHALL(-1, "write", NONE, "server", "1.0.0", "Remove all keys from the tenant's tables", KeyCommands::flushall),
    INFO(-1, "", NONE, "server", "1.0.0", "Get information about the server and the tenant", InfoCommand::info),
    CONFIG(-2, "", NONE, "server", "2.0.0", "Read settings by Redis's names", ConfigCommand::config),
    COMMAND(-1, "", NONE, "server", "2.8.13", "Describe the commands", CommandCommand::command),
    FUNCTION(
            -2,
            "write",
            NONE,
            "scripting",
            "7.0.0",
            "Load, list, stop and delete the tenant's functions",
            FunctionCommands::function),
    FCALL(-3, "write", NONE, "scripting", "7.0.0", "Invoke a function", FunctionCall::fcall),
    FCALL_RO(
            -3,
            "readonly",
            NONE,
            "scripting",
            "7.0.0",
            "Invoke a function that may not write",
            FunctionCall::fcallReadOnly);

    private static final String NO_TENANT = "noauth";

    private final String label = name().toLowerCase(Locale.ROOT);
    private final int arity;
    private final List<String> flags;
    private final boolean needsTenant;
    private final KeyRange keys;
    private final String group;
    private final String since;
    private final String summary;
    private final CommandHandler handler;

    /** @param arity as in COMMAND: the count of arguments, the name included; negative for "at least" */
    Command(
            int arity,
            String flags,
            KeyRange keys,
            String group,
            String since,
            String summary,
            CommandHandler handler) {
        this.arity = arity;
        this.flags = flags.isEmpty() ? List.of() : List.of(flags.split(" "));
        this.needsTenant = !this.flags.contains(NO_TENANT);
        this.keys = keys;
        this.group = group;
        this.since = since;
        this.summary = summary;
        this.handler = handler;
    }

    /** As Redis writes it: in small letters. */
    String label() {
        return label;
    }

    /** Whether it takes so many arguments, its name included. */
    boolean takes(int count) {
        return arity >= 0 ? count == arity : count >= -arity;
    }

    /** Whether the client must have named its tenant. */
    boolean needsTenant() {
        return needsTenant;
    }

    CommandHandler handler() {
        return handler;
    }

    int arity() {
        return arity;
    }

    List<String> flags() {
        return flags;
    }

    /** Which of its arguments are keys. */
    KeyRange keys() {
        return keys;
    }

    String group() {
        return group;
    }

    String since() {
        return since;
    }

    String summary() {
        return summary;
    }
}
