package dev.quern.server.resp;

import dev.quern.kvstore.Tenant;
import dev.quern.sandbox.FunctionInfo;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.Functions;
import dev.quern.sandbox.RunningFunction;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * FUNCTION and its subcommands. What compiles or removes runs on the control thread while later commands of the same connection wait.
 * Thread: the core's.
 */
final class FunctionCommands {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionCommands.class);
    private static final String NOT_FOUND = "ERR Library not found";

    private FunctionCommands() {}

    static void function(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        int count = arguments.count();
        if (arguments.is(1, "LOAD")) {
            load(connection, arguments, reply);
        } else if (arguments.is(1, "LIST")) {
            list(connection, arguments, reply);
        } else if (arguments.is(1, "DELETE")) {
            if (count != 3) {
                Errors.wrongArity(reply, "function|delete");
            } else {
                delete(connection, arguments.text(2), reply);
            }
        } else if (arguments.is(1, "FLUSH")) {
            if (count > 3 || count == 3 && !arguments.is(2, "SYNC") && !arguments.is(2, "ASYNC")) {
                reply.error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
            } else {
                flush(connection, reply);
            }
        } else if (arguments.is(1, "STATS")) {
            if (count != 2) {
                Errors.wrongArity(reply, "function|stats");
            } else {
                stats(connection, reply);
            }
        } else if (arguments.is(1, "KILL")) {
            if (count != 2) {
                Errors.wrongArity(reply, "function|kill");
            } else {
                kill(connection, reply);
            }
        } else if (arguments.is(1, "HELP")) {
            Help.reply(
                    reply,
                    Command.FUNCTION,
                    "DELETE <name>",
                    "FLUSH",
                    "KILL",
                    "LIST",
                    "LOAD [REPLACE] <payload>",
                    "STATS");
        } else {
            Errors.unknownSubcommand(reply, arguments);
        }
    }

    private static void load(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        boolean replace = false;
        for (int index = 2; index < arguments.count() - 1; index++) {
            if (!arguments.is(index, "REPLACE")) {
                reply.errorEcho("ERR Unknown option given: " + arguments.excerpt(index));
                return;
            }
            replace = true;
        }
        if (arguments.count() < 3) {
            Errors.wrongArity(reply, "function|load");
            return;
        }
        FunctionPayload payload;
        try {
            payload = FunctionPayload.parse(arguments.toArray(arguments.count() - 1));
        } catch (FunctionPayload.MalformedException malformed) {
            reply.error("ERR " + malformed.getMessage());
            return;
        }
        Functions functions = connection.core().core().functions();
        Tenant tenant = connection.tenant();
        String name = payload.manifest().name();
        if (!replace && functions.describe(tenant, name) != null) {
            reply.error("ERR Library '" + name + "' already exists");
            return;
        }
        boolean replaces = replace;
        control(
                connection,
                () -> functions.deploy(tenant, payload.manifest(), payload.module(), replaces),
                (deployed, answer) -> {
                    connection.core().core().counters().increment(Counter.DEPLOYS);
                    answer.bulk(name);
                },
                reply);
    }

    private static void delete(RespConnection connection, String name, ReplyWriter reply) {
        Functions functions = connection.core().core().functions();
        Tenant tenant = connection.tenant();
        control(
                connection,
                () -> functions.remove(tenant, name),
                (removed, answer) -> {
                    if (removed) {
                        answer.ok();
                    } else {
                        answer.error(NOT_FOUND);
                    }
                },
                reply);
    }

    private static void flush(RespConnection connection, ReplyWriter reply) {
        Functions functions = connection.core().core().functions();
        Tenant tenant = connection.tenant();
        control(
                connection,
                () -> {
                    for (FunctionInfo each : functions.list(tenant)) {
                        functions.remove(tenant, each.manifest().name());
                    }
                    return tenant;
                },
                (flushed, answer) -> answer.ok(),
                reply);
    }

    /** Runs {@code work} on the control thread; the connection's later commands wait for the answer. */
    private static <T> void control(
            RespConnection connection, Callable<T> work, BiConsumer<T, ReplyWriter> answer, ReplyWriter reply) {
        Core core = connection.core().core();
        boolean taken = core.control()
                .submit(
                        core,
                        work,
                        (T result, @Nullable Throwable thrown) ->
                                connection.answered(writer -> finish(result, thrown, answer, writer)));
        if (taken) {
            connection.await();
        } else {
            reply.error("BUSY too many functions are being loaded: try again later");
        }
    }

    private static <T> void finish(
            @Nullable T result, @Nullable Throwable thrown, BiConsumer<T, ReplyWriter> answer, ReplyWriter writer) {
        if (result != null) {
            answer.accept(result, writer);
        } else if (thrown instanceof FunctionRefusedException refused) {
            writer.error("ERR " + refused.getMessage());
        } else {
            LOG.error("FUNCTION failed", thrown);
            writer.error("ERR internal error, see the server's log");
        }
    }

    private static void list(RespConnection connection, Arguments arguments, ReplyWriter reply) {
        Glob pattern = Glob.ALL;
        for (int index = 2; index < arguments.count(); index++) {
            if (arguments.is(index, "LIBRARYNAME") && index + 1 < arguments.count()) {
                pattern = new Glob(arguments.toArray(++index));
            } else if (arguments.is(index, "LIBRARYNAME")) {
                reply.error("ERR library name argument was not given");
                return;
            } else if (!arguments.is(index, "WITHCODE")) {
                reply.errorEcho("ERR Unknown argument " + arguments.excerpt(index));
                return;
            }
        }
        List<FunctionInfo> matching = new ArrayList<>();
        for (FunctionInfo info : connection.core().core().functions().list(connection.tenant())) {
            if (pattern.matches(info.manifest().name())) {
                matching.add(info);
            }
        }
        reply.array(matching.size());
        for (FunctionInfo info : matching) {
            describe(reply, info);
        }
    }

    private static void describe(ReplyWriter reply, FunctionInfo info) {
        reply.map(4);
        reply.bulk("library_name");
        reply.bulk(info.manifest().name());
        reply.bulk("engine");
        reply.bulk("WASM");
        reply.bulk("runtime");
        reply.bulk(info.runtime());
        reply.bulk("functions");
        reply.array(info.entries().size());
        for (String entry : info.entries()) {
            reply.map(3);
            reply.bulk("name");
            reply.bulk(info.manifest().name() + "." + entry);
            reply.bulk("description");
            reply.nil();
            reply.bulk("flags");
            if (info.manifest().readOnly()) {
                reply.set(1);
                reply.bulk("no-writes");
            } else {
                reply.set(0);
            }
        }
    }

    /** Of several running ones the first; ours alone have a core. */
    private static void stats(RespConnection connection, ReplyWriter reply) {
        Core core = connection.core().core();
        RunningFunction running = null;
        for (RunningFunction each : core.functions().running()) {
            if (each.tenant().equals(connection.tenant().name())) {
                running = each;
                break;
            }
        }
        List<FunctionInfo> loaded = core.functions().list(connection.tenant());
        int entries = 0;
        for (FunctionInfo info : loaded) {
            entries += info.entries().size();
        }
        reply.map(2);
        reply.bulk("running_script");
        if (running == null) {
            reply.nil();
        } else {
            reply.map(3);
            reply.bulk("name");
            reply.bulk(running.function());
            reply.bulk("core");
            reply.integer(running.core());
            reply.bulk("duration_ms");
            reply.integer(running.runningUs() / 1_000);
        }
        reply.bulk("engines");
        reply.map(1);
        reply.bulk("WASM");
        reply.map(2);
        reply.bulk("libraries_count");
        reply.integer(loaded.size());
        reply.bulk("functions_count");
        reply.integer(entries);
    }

    private static void kill(RespConnection connection, ReplyWriter reply) {
        if (connection.core().core().functions().kill(connection.tenant()) > 0) {
            reply.ok();
        } else {
            reply.error("NOTBUSY No scripts in execution right now.");
        }
    }
}
