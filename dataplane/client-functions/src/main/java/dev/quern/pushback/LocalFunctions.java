package dev.quern.pushback;

import dev.quern.client.FunctionResult;
import dev.quern.client.FunctionRunner;
import dev.quern.client.PushedBackCall;
import dev.quern.client.QuernException;
import dev.quern.client.RunFigures;
import dev.quern.protocol.Status;
import dev.quern.sandbox.chicory.ChicoryRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Runs functions in this process that a server short of CPU sends back, as it would run them itself: the same checks, limits and rules of
 * transactions, by the same code. It reads their records from the server and commits what they write in one transaction that checks all
 * that they read. As long as few calls wait here, the client offers those that it sends, and the server decides about each.
 *
 * <pre>{@code
 * try (LocalFunctions here = LocalFunctions.open();
 *         QuernClient client = QuernClient.connect(ClientConfig.builder().functionRunner(here).build())) {
 *     byte[] reply = client.invoke("sum", key).join().reply();
 * }
 * }</pre>
 *
 * <p>Close the clients before it. Threads: any; futures of calls that ran here complete on its workers'.
 */
public final class LocalFunctions implements FunctionRunner, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalFunctions.class.getName());

    private record Task(PushedBackCall call, long expectedNs, CompletableFuture<FunctionResult> outcome) {}

    private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    private final List<Thread> workers = new ArrayList<>();
    private final Backlog backlog;
    private final Modules modules = new Modules(new ChicoryRuntime());
    /** Until when functions are left to the server that could not be run here, by {@link System#nanoTime}. */
    private final Map<String, Long> shunned = new ConcurrentHashMap<>();

    private final RunCounts runCounts = new RunCounts();
    private final Computing computing = new Computing();
    private final LongAdder ran = new LongAdder();
    private final LongAdder returned = new LongAdder();
    private volatile boolean closed;

    private LocalFunctions(int workerCount, int callsMax) {
        backlog = new Backlog(workerCount, callsMax);
        for (int i = 0; i < workerCount; i++) {
            int worker = i;
            workers.add(
                    Thread.ofPlatform().daemon().name("quern-functions-" + i).start(() -> work(worker)));
        }
    }

    /** With a worker for each processor but one, which is left to the application. */
    public static LocalFunctions open() {
        return open(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));
    }

    /** With so many threads to run functions on, and up to eight calls for each. */
    public static LocalFunctions open(int workers) {
        return open(workers, workers * PushbackLimits.CALLS_PER_WORKER);
    }

    /** With so many threads, which have so many calls between them at most, running and waiting: whatever else is called runs at the server. */
    public static LocalFunctions open(int workers, int callsMax) {
        if (workers < 1 || callsMax < 1) {
            throw new IllegalArgumentException(
                    "workers=" + workers + ", callsMax=" + callsMax + ": there has to be one of each");
        }
        return new LocalFunctions(workers, callsMax);
    }

    /** How many calls came to their end here. */
    public long ran() {
        return ran.sum();
    }

    /** How many calls came here and could not be run, or had no room: the server ran them after all. */
    public long returned() {
        return returned.sum();
    }

    /** How many records the functions that ran here have read; a record that one call read twice counts once. */
    public long recordsRead() {
        return runCounts.records();
    }

    /** How many records were asked for with others, as an earlier call of the function read them after those; whether they were read or not. */
    public long recordsGuessed() {
        return runCounts.guessed();
    }

    /** How often functions that ran here waited for the server while they ran: for records, ranges and tables. Commits are not counted. */
    public long roundTrips() {
        return runCounts.roundTrips();
    }

    @Override
    public boolean offers(String function) {
        if (closed || isShunned(function) || !backlog.tryOffer()) {
            return false;
        }
        int unknownMax = workers.size() * PushbackLimits.UNKNOWN_PER_WORKER;
        if (!runCounts.means().tryBegin(function, unknownMax, System.nanoTime())) {
            backlog.offerEnded();
            return false;
        }
        return true;
    }

    private boolean isShunned(String function) {
        Long untilNs = shunned.get(function);
        if (untilNs == null) {
            return false;
        }
        if (System.nanoTime() - untilNs < 0) {
            return true;
        }
        shunned.remove(function, untilNs);
        return false;
    }

    @Override
    public @Nullable RunFigures figures(String function) {
        long nowNs = System.nanoTime();
        RunFigures means = runCounts.means().of(function, nowNs);
        return means == null ? null : backlog.behindWhatWaits(means, nowNs);
    }

    @Override
    public boolean takesProcessors() {
        return computing.takesProcessors();
    }

    @Override
    public void keptByServer(String function) {
        backlog.offerEnded();
        runCounts.means().ended(function);
    }

    @Override
    public CompletableFuture<FunctionResult> run(PushedBackCall call) {
        backlog.offerEnded();
        RunFigures means = runCounts.means().of(call.function(), System.nanoTime());
        long expectedNs = means == null ? 0 : TimeUnit.MICROSECONDS.toNanos(means.tookUs());
        if (!backlog.tryAdd(expectedNs)) {
            runCounts.means().ended(call.function());
            returned.increment();
            return call.atServer();
        }
        Task task = new Task(call, expectedNs, new CompletableFuture<>());
        tasks.add(task);
        if (closed) {
            drain();
        }
        return task.outcome();
    }

    private void work(int worker) {
        try (Homes homes = new Homes(modules, runCounts, computing)) {
            while (!closed) {
                Task task = tasks.take();
                backlog.begins(worker, task.expectedNs(), System.nanoTime());
                try {
                    run(homes, task);
                } catch (RuntimeException | Error callback) {
                    LOG.log(System.Logger.Level.ERROR, "a callback of a function's future failed", callback);
                } finally {
                    backlog.ends(worker);
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Homes homes, Task task) {
        FunctionResult result = null;
        Throwable failure = null;
        CompletableFuture<FunctionResult> elsewhere = null;
        try {
            result = compute(homes, task);
            ran.increment();
        } catch (QuernException ended) {
            ran.increment();
            failure = ended;
        } catch (ModuleReplacedException replaced) {
            ended(task);
            pass(task.call().again(), task.outcome());
            return;
        } catch (RunAtServerException cannot) {
            returned.increment();
            shunned.put(task.call().function(), System.nanoTime() + PushbackLimits.SHUNNED_NS);
            elsewhere = task.call().atServer();
        } catch (RuntimeException | Error bug) {
            LOG.log(System.Logger.Level.ERROR, "function " + task.call().function() + " could not be run", bug);
            failure = task.call().failure(Status.INTERNAL, "the client could not run it: " + bug);
        }
        ended(task);
        if (elsewhere != null) {
            pass(elsewhere, task.outcome());
        } else if (failure != null) {
            task.outcome().completeExceptionally(failure);
        } else {
            task.outcome().complete(result);
        }
    }

    private void ended(Task task) {
        backlog.remove(task.expectedNs());
        runCounts.means().ended(task.call().function());
    }

    private FunctionResult compute(Homes homes, Task task) {
        computing.begin();
        try {
            return homes.of(task.call().client()).run(task.call());
        } finally {
            computing.end();
        }
    }

    private static void pass(CompletableFuture<FunctionResult> from, CompletableFuture<FunctionResult> to) {
        CompletableFuture<FunctionResult> ignored = from.whenComplete((result, failure) -> {
            if (failure != null) {
                to.completeExceptionally(failure);
            } else {
                to.complete(result);
            }
        });
    }

    /** What nobody will run any more. */
    private void drain() {
        for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
            ended(task);
            pass(task.call().atServer(), task.outcome());
        }
    }

    /** Ends what runs, whose callers are told that it was killed; what waits goes to the server. */
    @Override
    public void close() {
        closed = true;
        workers.forEach(Thread::interrupt);
        drain();
        boolean interrupted = false;
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
        }
        modules.runtime().close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
