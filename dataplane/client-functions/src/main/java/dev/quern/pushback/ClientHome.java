package dev.quern.pushback;

import dev.quern.client.ClientTransaction;
import dev.quern.client.FunctionModule;
import dev.quern.client.FunctionResult;
import dev.quern.client.PushedBackCall;
import dev.quern.client.QuernClient;
import dev.quern.client.QuernException;
import dev.quern.client.TransactionResult;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.protocol.Status;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.LocalModule;
import dev.quern.sandbox.guest.CallState;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.Pace;
import dev.quern.sandbox.guest.ReplyBuffer;
import dev.quern.sandbox.guest.StoreCalls;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one worker has for one client: the memory that its functions see as their tenant's, and their instances. Another client's functions
 * see nothing of it. Thread: the worker's.
 */
final class ClientHome implements AutoCloseable {
    private static final byte[] NONE_KNOWN = {};

    private final QuernClient client;
    private final Modules modules;
    private final RecordSpace space;
    private final ReplyBuffer reply;
    private final ReplyBuffer answer;
    private final Waiting waiting;
    private final Tables tables;
    private final RunRecords records;
    private final CallState state;
    private final Pace pace = new Pace(this::look);
    private final StoreCalls calls;
    private final LocalCalls nested;
    private final FunctionRuntime.Isolate isolate;
    private final Map<LocalModule, FunctionRuntime.Instance> instances = new LinkedHashMap<>(16, 0.75f, true);
    private final RunCounts runCounts;
    private boolean isRunning;

    /**
     * Reserves its memory.
     *
     * @throws IOException when the system has none to give
     */
    ClientHome(QuernClient client, Modules modules, RunCounts runCounts, Computing computing) throws IOException {
        this.client = client;
        this.modules = modules;
        this.runCounts = runCounts;
        this.waiting = new Waiting(computing);
        space = new RecordSpace();
        reply = new ReplyBuffer(dev.quern.sandbox.Limits.REPLY_BYTES_MAX);
        answer = new ReplyBuffer(dev.quern.sandbox.Limits.REPLY_BYTES_MAX);
        tables = new Tables(client, waiting);
        records = new RunRecords(space, tables, waiting);
        state = new CallState(reply, answer);
        calls = new StoreCalls(state, pace, new RemoteCalls(state, records), new RemoteRanges(state, records));
        nested = new LocalCalls(this, state, records);
        calls.functions(nested);
        isolate = modules.runtime().newIsolate(calls);
        isolate.enterOn(Thread.currentThread());
    }

    private void look(long nowNs) {
        if (isRunning && waiting.isOver(nowNs)) {
            throw new GuestTrap(GuestTrap.Reason.DEADLINE, "out of time");
        }
    }

    /** The module that a function's name begins with. */
    String moduleName(String function) {
        int dot = function.indexOf('.');
        return dot < 0 ? function : function.substring(0, dot);
    }

    FunctionModule fetch(String name) {
        return waiting.await(client.functions().fetch(name, NONE_KNOWN));
    }

    /** As it was fetched, ready to run. */
    LocalModule module(String name, FunctionModule fetched) {
        LocalModule known = modules.find(name, fetched.sha256());
        return known == null ? modules.add(name, fetched) : known;
    }

    /**
     * Runs a call to its end; when others' commits come first, again.
     *
     * @throws QuernException that the call ends with
     * @throws RunAtServerException when the server is to run it
     * @throws ModuleReplacedException when another module is deployed by now than the one meant
     */
    FunctionResult run(PushedBackCall call) {
        long startNs = System.nanoTime();
        waiting.until(call.deadlineNs());
        String name = moduleName(call.function());
        byte[] sha256 = call.sha256();
        LocalModule module = modules.find(name, sha256);
        if (module == null) {
            FunctionModule fetched = fetched(name);
            if (!Arrays.equals(fetched.sha256(), sha256)) {
                throw new ModuleReplacedException();
            }
            module = module(name, fetched);
        }
        String entry = module.entry(call.function());
        if (entry == null) {
            throw new RunAtServerException("it has no such entry");
        }
        nested.clear();
        int ignored = waiting.takeRoundTrips();
        Attempts attempts = new Attempts(call, module, entry);
        try {
            return attempts.run();
        } finally {
            runCounts.add(
                    call.function(),
                    startNs,
                    System.nanoTime(),
                    records.readCount(),
                    records.guessCount(),
                    waiting.takeRoundTrips());
        }
    }

    private FunctionModule fetched(String name) {
        try {
            return fetch(name);
        } catch (QuernException refused) {
            if (refused.status() == Status.UNKNOWN_FUNCTION) {
                throw new ModuleReplacedException();
            }
            throw refused.status() == Status.FUNCTION_REFUSED
                    ? new RunAtServerException(refused.getMessage())
                    : refused;
        } catch (GuestTrap over) {
            throw new RunAtServerException("its module did not come in time");
        }
    }

    /** An entry of a module's instance. */
    FunctionRuntime.Entry entry(LocalModule module, String entry) {
        FunctionRuntime.Instance instance = instances.get(module);
        if (instance == null) {
            while (instances.size() >= PushbackLimits.INSTANCES_MAX && !isRunning) {
                LocalModule eldest = instances.keySet().iterator().next();
                discard(eldest);
            }
            try {
                instance = module.newInstance(isolate, calls, space.address(), PushbackLimits.ARENA_BYTES);
            } catch (IOException refused) {
                throw new RunAtServerException("no memory for an instance: " + refused.getMessage());
            }
            instances.put(module, instance);
        }
        return instance.entry(entry);
    }

    /** After a call that did not come to its end: who knows what state it left. The next call gets a new instance. */
    void discard(LocalModule module) {
        FunctionRuntime.Instance instance = instances.remove(module);
        if (instance != null) {
            instance.close();
        }
    }

    @Override
    public void close() {
        instances.values().forEach(FunctionRuntime.Instance::close);
        instances.clear();
        isolate.close();
        reply.close();
        answer.close();
        space.close();
    }

    /** One call, until an attempt of it stands. */
    private final class Attempts {
        private final PushedBackCall call;
        private final LocalModule module;
        private final String entry;
        private final long startNs = System.nanoTime();
        private final long limitNs;

        Attempts(PushedBackCall call, LocalModule module, String entry) {
            this.call = call;
            this.module = module;
            this.entry = entry;
            limitNs = Math.min(
                    TimeUnit.MICROSECONDS.toNanos(module.manifest().timeLimitUs()),
                    Math.max(0, call.deadlineNs() - startNs));
        }

        FunctionResult run() {
            records.begin(call.function(), call.arguments());
            try {
                for (int attempt = 0; attempt <= PushbackLimits.CONFLICT_RETRIES_MAX; attempt++) {
                    FunctionResult result = attempt();
                    if (result != null) {
                        return result;
                    }
                    waiting.until(startNs + limitNs);
                    records.clearAndFetchAgain();
                }
            } catch (GuestTrap over) {
                throw failure(over); // Out of time while asking again.
            }
            throw call.failure(
                    Status.FUNCTION_CONFLICT,
                    call.function() + ": other writes came first " + (PushbackLimits.CONFLICT_RETRIES_MAX + 1)
                            + " times; call again");
        }

        /** Null when it has to be made again. */
        private @Nullable FunctionResult attempt() {
            waiting.until(startNs + limitNs);
            state.begin(
                    call.readOnly() || module.manifest().readOnly(),
                    call.unixMs(),
                    modules.runtime().addressMax(),
                    new LineLog(call.function()));
            tables.own(call.table());
            arguments();
            state.attempt();
            nested.begin(module, call.function());
            pace.begin(startNs);
            int code;
            isRunning = true;
            try {
                code = entry(module, entry).call();
            } catch (GuestTrap trap) {
                discard(module);
                state.reply().clear();
                if (trap.reason() == GuestTrap.Reason.TRAP && isOutdated()) {
                    return null; // What it stumbled over may never have been there all at once.
                }
                throw failure(trap);
            } catch (RuntimeException | Error ended) {
                discard(module);
                throw ended;
            } finally {
                isRunning = false;
            }
            if (!commit(code != 0)) {
                return null;
            }
            records.learn();
            return outcome(code);
        }

        private void arguments() {
            byte[] list = call.encodedArguments();
            long address = space.allocate(list.length);
            NativeMemory.copyFromArray(list, 0, address, list.length);
            if (!state.callArguments().set(address, list.length)) {
                throw new IllegalStateException("arguments that are no list");
            }
        }

        private boolean isOutdated() {
            waiting.until(call.deadlineNs());
            try {
                return !commit(true);
            } catch (GuestTrap over) {
                return false;
            }
        }

        private FunctionResult outcome(int code) {
            byte[] bytes = NativeMemory.toArray(
                    state.reply().address(),
                    state.reply().isSet() ? state.reply().length() : 0);
            if (code != 0) {
                throw call.failed(code, bytes);
            }
            return new FunctionResult(bytes);
        }

        /** Whether what was read still held when the rest was written; with {@code dropsWrites} nothing is. */
        private boolean commit(boolean dropsWrites) {
            if (records.isCommitted(dropsWrites)) {
                return true;
            }
            ClientTransaction transaction = client.transaction(call.timeLeft());
            int checks = records.addTo(
                    transaction,
                    dropsWrites,
                    call.unixMs() + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
            CompletableFuture<TransactionResult> sent = transaction.commit();
            // Past the function's own limit, as what was sent may be done: the caller is told how it ended.
            TransactionResult result = waiting.outcome(client, sent);
            if (result.committed()) {
                return true;
            }
            if (result.failedOperation() < checks) {
                return false; // Also NONE, which is below: others kept coming first.
            }
            throw switch (result.failure()) {
                case Status.OVER_QUOTA ->
                    call.failure(
                            Status.FUNCTION_OVER_QUOTA, call.function() + ": " + Status.describe(Status.OVER_QUOTA));
                default ->
                    call.failure(Status.FUNCTION_TRAPPED, call.function() + ": " + Status.describe(result.failure()));
            };
        }

        /** Records take longer to come by here than at the server, and nothing of the call was committed: there it may do in its time. */
        private QuernException overTime(String named) {
            long nowNs = System.nanoTime();
            if (nowNs < call.deadlineNs()) {
                throw new RunAtServerException("over its time limit here, waiting for records included");
            }
            return call.failure(
                    Status.DEADLINE,
                    "function over its deadline: " + named + ", usedUs="
                            + TimeUnit.NANOSECONDS.toMicros(nowNs - startNs) + ", limitUs="
                            + TimeUnit.NANOSECONDS.toMicros(limitNs));
        }

        private QuernException failure(GuestTrap trap) {
            String named = "tenant=" + call.tenant() + ", function=" + call.function();
            return switch (trap.reason()) {
                case DEADLINE -> overTime(named);
                case KILLED -> call.failure(Status.FUNCTION_KILLED, "function killed: " + named);
                case READ_ONLY -> call.failure(Status.FUNCTION_READ_ONLY, named + ": " + trap.getMessage());
                case OVER_QUOTA -> call.failure(Status.FUNCTION_OVER_QUOTA, named + ": " + trap.getMessage());
                case REPLY_TOO_LARGE -> call.failure(Status.REPLY_TOO_LARGE, named + ": " + trap.getMessage());
                case TRAP, TRANSACTION_TOO_LARGE ->
                    call.failure(Status.FUNCTION_TRAPPED, "function trapped: " + named + ": " + trap.getMessage());
            };
        }
    }
}
