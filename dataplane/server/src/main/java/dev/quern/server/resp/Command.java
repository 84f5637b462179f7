package dev.quern.server.resp;

import java.util.List;
import java.util.Locale;

/** The commands that we answer: what COMMAND tells of each, and where it is done. docs/redis.md lists the same; a test compares. */
@SuppressWarnings("ImmutableEnumChecker") // handlers are method references without state, and flags immutable lists
enum Command {
    PING(-1, "fast", 0, 0, 0, "connection", "1.0.0", "Ping the server", ConnectionCommands::ping),
    ECHO(2, "fast", 0, 0, 0, "connection", "1.0.0", "Echo the given string", ConnectionCommands::echo),
    HELLO(-1, "noauth fast", 0, 0, 0, "connection", "6.0.0", "Handshake with the server", Authentication::hello),
    AUTH(-2, "noauth fast", 0, 0, 0, "connection", "1.0.0", "Authenticate to the server", Authentication::auth),
    SELECT(
            2,
            "fast",
            0,
            0,
            0,
            "connection",
            "1.0.0",
            "Change the selected table of the connection",
            ConnectionCommands::select),
    QUIT(-1, "noauth fast", 0, 0, 0, "connection", "1.0.0", "Close the connection", ConnectionCommands::quit),
    RESET(1, "noauth fast", 0, 0, 0, "connection", "6.2.0", "Reset the connection", ConnectionCommands::reset),
    CLIENT(-2, "", 0, 0, 0, "connection", "2.4.0", "Name, describe and list connections", ClientCommands::client),
    GET(2, "readonly fast", 1, 1, 1, "string", "1.0.0", "Get the value of a key", StringCommands::get),
    SET(-3, "write denyoom", 1, 1, 1, "string", "1.0.0", "Set the string value of a key", StringCommands::set),
    SETNX(
            3,
            "write denyoom fast",
            1,
            1,
            1,
            "string",
            "1.0.0",
            "Set the value of a key, only if the key does not exist",
            StringCommands::setnx),
    SETEX(
            4,
            "write denyoom",
            1,
            1,
            1,
            "string",
            "2.0.0",
            "Set the value and expiration of a key",
            StringCommands::setex),
    PSETEX(
            4,
            "write denyoom",
            1,
            1,
            1,
            "string",
            "2.6.0",
            "Set the value and expiration in milliseconds of a key",
            StringCommands::psetex),
    GETSET(
            3,
            "write denyoom fast",
            1,
            1,
            1,
            "string",
            "1.0.0",
            "Set the string value of a key and return its old value",
            AtomicCommands::getset),
    GETDEL(
            2,
            "write fast",
            1,
            1,
            1,
            "string",
            "6.2.0",
            "Get the value of a key and delete the key",
            AtomicCommands::getdel),
    GETEX(
            -2,
            "write fast",
            1,
            1,
            1,
            "string",
            "6.2.0",
            "Get the value of a key and optionally set its expiration",
            StringCommands::getex),
    MGET(
            -2,
            "readonly fast",
            1,
            -1,
            1,
            "string",
            "1.0.0",
            "Get the values of all the given keys",
            StringCommands::mget),
    MSET(
            -3,
            "write denyoom",
            1,
            -1,
            2,
            "string",
            "1.0.1",
            "Set multiple keys to multiple values",
            AtomicCommands::mset),
    MSETNX(
            -3,
            "write denyoom",
            1,
            -1,
            2,
            "string",
            "1.0.1",
            "Set multiple keys to multiple values, only if none of the keys exist",
            AtomicCommands::msetnx),
    INCR(
            2,
            "write denyoom fast",
            1,
            1,
            1,
            "string",
            "1.0.0",
            "Increment the integer value of a key by one",
            StringCommands::incr),
    DECR(
            2,
            "write denyoom fast",
            1,
            1,
            1,
            "string",
            "1.0.0",
            "Decrement the integer value of a key by one",
            StringCommands::decr),
    INCRBY(
            3,
            "write denyoom fast",
            1,
            1,
            1,
            "string",
            "1.0.0",
            "Increment the integer value of a key by the given amount",
            StringCommands::incrby),
    DECRBY(
            3,
            "write denyoom fast",
            1,
            1,
            1,
            "string",
            "1.0.0",
            "Decrement the integer value of a key by the given number",
            StringCommands::decrby),
    APPEND(3, "write denyoom fast", 1, 1, 1, "string", "2.0.0", "Append a value to a key", AtomicCommands::append),
    STRLEN(
            2,
            "readonly fast",
            1,
            1,
            1,
            "string",
            "2.2.0",
            "Get the length of the value stored in a key",
            StringCommands::strlen),
    DEL(-2, "write", 1, -1, 1, "generic", "1.0.0", "Delete a key", AtomicCommands::del),
    UNLINK(-2, "write fast", 1, -1, 1, "generic", "4.0.0", "Delete a key", AtomicCommands::del),
    EXISTS(-2, "readonly fast", 1, -1, 1, "generic", "1.0.0", "Determine if a key exists", KeyCommands::exists),
    TYPE(2, "readonly fast", 1, 1, 1, "generic", "1.0.0", "Determine the type stored at key", KeyCommands::type),
    EXPIRE(-3, "write fast", 1, 1, 1, "generic", "1.0.0", "Set a key's time to live in seconds", KeyCommands::expire),
    PEXPIRE(
            -3,
            "write fast",
            1,
            1,
            1,
            "generic",
            "2.6.0",
            "Set a key's time to live in milliseconds",
            KeyCommands::pexpire),
    EXPIREAT(
            -3,
            "write fast",
            1,
            1,
            1,
            "generic",
            "1.2.0",
            "Set the expiration for a key as a UNIX timestamp",
            KeyCommands::expireat),
    PEXPIREAT(
            -3,
            "write fast",
            1,
            1,
            1,
            "generic",
            "2.6.0",
            "Set the expiration for a key as a UNIX timestamp in milliseconds",
            KeyCommands::pexpireat),
    TTL(2, "readonly fast", 1, 1, 1, "generic", "1.0.0", "Get the time to live for a key in seconds", KeyCommands::ttl),
    PTTL(
            2,
            "readonly fast",
            1,
            1,
            1,
            "generic",
            "2.6.0",
            "Get the time to live for a key in milliseconds",
            KeyCommands::pttl),
    PERSIST(2, "write fast", 1, 1, 1, "generic", "2.2.0", "Remove the expiration from a key", KeyCommands::persist),
    MULTI(1, "fast", 0, 0, 0, "transactions", "1.2.0", "Start a transaction", MultiCommands::multi),
    EXEC(1, "", 0, 0, 0, "transactions", "1.2.0", "Do all commands of a transaction", MultiCommands::exec),
    DISCARD(1, "fast", 0, 0, 0, "transactions", "2.0.0", "Discard a transaction", MultiCommands::discard),
    WATCH(
            -2,
            "fast",
            1,
            -1,
            1,
            "transactions",
            "2.2.0",
            "Watch keys: a transaction is done only if they have not changed",
            MultiCommands::watch),
    UNWATCH(1, "fast", 0, 0, 0, "transactions", "2.2.0", "Forget about watched keys", MultiCommands::unwatch),
    SCAN(-2, "readonly", 0, 0, 0, "generic", "2.8.0", "Incrementally iterate the table's keys", ScanCommands::scan),
    KEYS(2, "readonly", 0, 0, 0, "generic", "1.0.0", "Find all keys matching the given pattern", ScanCommands::keys),
    DBSIZE(
            1,
            "readonly fast",
            0,
            0,
            0,
            "server",
            "1.0.0",
            "Return the number of keys in the selected table",
            KeyCommands::dbsize),
    FLUSHDB(-1, "write", 0, 0, 0, "server", "1.0.0", "Remove all keys from the selected table", KeyCommands::flushdb),
    FLUSHALL(
            -1, "write", 0, 0, 0, "server", "1.0.0", "Remove all keys from the tenant's tables", KeyCommands::flushall),
    INFO(-1, "", 0, 0, 0, "server", "1.0.0", "Get information about the server and the tenant", InfoCommand::info),
    CONFIG(-2, "", 0, 0, 0, "server", "2.0.0", "Read settings by Redis's names", ConfigCommand::config),
    COMMAND(-1, "", 0, 0, 0, "server", "2.8.13", "Describe the commands", CommandCommand::command),
    FUNCTION(
            -2,
            "write",
            0,
            0,
            0,
            "scripting",
            "7.0.0",
            "Load, list, stop and delete the tenant's functions",
            FunctionCommands::function),
    FCALL(-3, "write", 0, 0, 0, "scripting", "7.0.0", "Invoke a function", FunctionCall::fcall),
    FCALL_RO(
            -3,
            "readonly",
            0,
            0,
            0,
            "scripting",
            "7.0.0",
            "Invoke a function that may not write",
            FunctionCall::fcallReadOnly);

    private static final String NO_TENANT = "noauth";

    private final String label = name().toLowerCase(Locale.ROOT);
    private final int arity;
    private final List<String> flags;
    private final boolean needsTenant;
    private final int firstKey;
    private final int lastKey;
    private final int keyStep;
    private final String group;
    private final String since;
    private final String summary;
    private final CommandHandler handler;

    /** @param arity as in COMMAND: the count of arguments, the name included; negative for "at least" */
    Command(
            int arity,
            String flags,
            int firstKey,
            int lastKey,
            int keyStep,
            String group,
            String since,
            String summary,
            CommandHandler handler) {
        this.arity = arity;
        this.flags = flags.isEmpty() ? List.of() : List.of(flags.split(" "));
        this.needsTenant = !this.flags.contains(NO_TENANT);
        this.firstKey = firstKey;
        this.lastKey = lastKey;
        this.keyStep = keyStep;
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

    int firstKey() {
        return firstKey;
    }

    int lastKey() {
        return lastKey;
    }

    int keyStep() {
        return keyStep;
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
