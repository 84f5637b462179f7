package dev.quern.client;

import dev.quern.client.transport.Transport;
import dev.quern.protocol.Limits;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Drives a client's sessions: one turn sends what waits, receives what came and looks at the clock. Turned by the client's own thread, by
 * whoever polls, or by the {@link GroupLoop} of the group that the client is a member of; {@link #submit} is for any thread unless the
 * application polls.
 */
final class ClientLoop implements Runnable {
    private static final int SUBMISSIONS_PER_TURN_MAX = 4096;
    private static final int DATAGRAMS_PER_TURN_MAX = 64;
    private static final int YIELDS = 20;
    private static final long TIMER_NS = 1_000_000;
    private static final long IDLE_PARK_NS = 100_000_000;

    private final ClientConfig config;
    private final @Nullable FunctionRunner runner;
    private final Transport transport;
    private final int datagramBytesMax;
    private final @Nullable GroupMember member;
    private final CallbackFailures callbackFailures;
    private final ByteBuffer incoming;
    private final MemorySegment incomingMemory;
    private final ConcurrentLinkedQueue<Request<?>> submitted = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final List<TableHandle> tables = new CopyOnWriteArrayList<>();
    private final SplittableRandom jitter = new SplittableRandom();
    private final CoreSessions sessions;

    private int turns;
    private long nowNs = System.nanoTime();
    private long timersNs = nowNs;
    private boolean turning;
    private @Nullable Thread thread;
    // Written by the loop's thread before it looks at the queue a last time; read by submitters after they filled it.
    private volatile boolean parked;
    private volatile boolean closed;

    /** What the server said last: written by the loop's thread, read by whoever prepares a call. */
    private volatile boolean takesRunFigures;

    /** A client by itself. */
    ClientLoop(ClientConfig config, Transport transport) {
        this(config, transport, null, ByteBuffer.allocateDirect(Limits.DATAGRAM_BYTES_MAX + 8));
    }

    /** A member of a group, which hands it what it receives. */
    ClientLoop(ClientConfig config, Transport transport, GroupLoop group) {
        this(config, transport, group, group.incoming());
    }

    private ClientLoop(ClientConfig config, Transport transport, @Nullable GroupLoop group, ByteBuffer incoming) {
        this.config = config;
        this.runner = config.functionRunner();
        this.transport = transport;
        member = group == null ? null : new GroupMember(group, this);
        callbackFailures = group == null ? new CallbackFailures() : group.callbackFailures();
        this.incoming = incoming;
        incomingMemory = MemorySegment.ofBuffer(incoming);
        datagramBytesMax = transport.datagramBytesMax();
        sessions = new CoreSessions(this, transport);
    }

    // For sessions

    ClientConfig config() {
        return config;
    }

    int datagramBytesMax() {
        return datagramBytesMax;
    }

    ByteBuffer incoming() {
        return incoming;
    }

    MemorySegment incomingMemory() {
        return incomingMemory;
    }

    /** A server said whether it wants to be told what calls took that were run here. */
    void takesRunFigures(boolean takes) {
        takesRunFigures = takes;
    }

    /** Whether it does. Any thread. */
    boolean takesRunFigures() {
        return takesRunFigures;
    }

    List<TableHandle> tables() {
        return tables;
    }

    String describe() {
        return transport.describe();
    }

    /** The time at the start of this turn. */
    long nowNs() {
        return nowNs;
    }

    /** Now, for those who cannot rely on turns. */
    long readClock() {
        nowNs = System.nanoTime();
        return nowNs;
    }

    /** For one session's requests, which each core answers in its own time. */
    RetransmitTimer newRetransmitTimer() {
        return new RetransmitTimer(
                config.retransmitAfter().toNanos(), config.retransmitAfterMax().toNanos(), jitter);
    }

    SplittableRandom jitter() {
        return jitter;
    }

    /** As {@link CallbackFailures#add}. */
    void callbackFailed(RuntimeException failure) {
        callbackFailures.add(failure);
    }

    // Opening and closing

    /** Opens a session with every core; on the calling thread. */
    void connect() {
        sessions.open(config.connectTimeout().toNanos());
    }

    CoreSessions sessions() {
        return sessions;
    }

    void startThread() {
        Thread io = new Thread(this, "quern-client " + describe());
        io.setDaemon(true);
        thread = io;
        io.start();
    }

    /** Ends every session and fails what is outstanding. Any thread; returns when it is done, unless called from a callback. */
    void close() {
        if (member != null) {
            member.leave();
            return;
        }
        closed = true;
        Thread io = thread;
        if (io == null) {
            shutDown();
            callbackFailures.rethrow();
        } else if (!io.equals(Thread.currentThread())) {
            transport.wakeup();
            joinUninterruptibly(io);
        }
    }

    /** Waits for a thread to end; an interrupt is kept for later. */
    static void joinUninterruptibly(Thread io) {
        boolean interrupted = false;
        while (true) {
            try {
                io.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** As {@link #close}, on the thread that turns this. */
    void shutDown() {
        closed = true;
        QuernException.Closed cause = new QuernException.Closed("the client was closed before the answer");
        sessions.close(cause);
        failSubmitted(cause);
        transport.close();
    }

    private void failSubmitted(QuernException cause) {
        for (Request<?> request = submitted.poll(); request != null; request = submitted.poll()) {
            request.fail(0, cause);
        }
    }

    // Requests

    /** Takes a request in; its future tells the rest. */
    void submit(Request<?> request) {
        if (closed) {
            request.future.completeExceptionally(new QuernException.Closed("the client is closed"));
            return;
        }
        if (pending.incrementAndGet() > config.pendingMax()) {
            pending.decrementAndGet();
            request.future.completeExceptionally(new QuernException.Busy(
                    "more than " + config.pendingMax() + " requests pending: wait for some, or raise pendingMax", 0));
            return;
        }
        request.onEnd(pending::decrementAndGet);
        if (thread == null && (member == null || !member.group().hasThread())) {
            start(request);
            return;
        }
        submitted.add(request);
        if (member != null) {
            member.announce();
        } else if (parked) {
            transport.wakeup();
        }
        if (closed) {
            // The loop may have looked for the last time before this one was added.
            failSubmitted(new QuernException.Closed("the client is closed"));
        }
    }

    private void start(Request<?> request) {
        Session session = sessions.route(request.route);
        if (session.outstanding() > 0 || !request.tryStart(session)) {
            session.await(request);
            session.sendWaiting();
        }
    }

    // Turns

    /** One turn, on the thread of whoever polls the client. */
    int poll() {
        if (closed) {
            throw new QuernException.Closed("the client is closed");
        }
        if (member != null) {
            return member.group().poll();
        }
        if (turning) {
            throw new IllegalStateException("a callback must neither poll nor wait: it runs inside the poll");
        }
        long before = nowNs;
        long gapNs = readClock() - before;
        if (gapNs > TIMER_NS) {
            shift(gapNs);
        }
        int work = turn();
        markPolled();
        callbackFailures.rethrow();
        return work;
    }

    /** As {@link Session#shift}, of every session. */
    void shift(long gapNs) {
        for (Session session : sessions.all()) {
            session.shift(gapNs);
        }
    }

    /** As {@link Session#markPolled}, of every session. */
    void markPolled() {
        for (Session session : sessions.all()) {
            session.markPolled();
        }
    }

    private int turn() {
        turning = true;
        try {
            int work = takeSubmitted();
            for (Session session : sessions.all()) {
                work += session.sendWaiting();
                session.flush();
                work += session.receive(DATAGRAMS_PER_TURN_MAX);
            }
            if (nowNs - timersNs >= TIMER_NS) {
                timersNs = nowNs;
                checkTimers();
            }
            return work;
        } finally {
            turning = false;
        }
    }

    private void checkTimers() {
        for (Session session : sessions.all()) {
            session.checkTimers(nowNs);
            session.flush();
        }
    }

    /** Begins what other threads submitted, up to a bound. */
    int takeSubmitted() {
        int work = 0;
        while (work < SUBMISSIONS_PER_TURN_MAX) {
            Request<?> request = submitted.poll();
            if (request == null) {
                break;
            }
            start(request);
            work++;
        }
        return work;
    }

    @Override
    public void run() {
        int idle = 0;
        try {
            while (!closed) {
                readClock();
                idle = turn() > 0 ? 0 : idle + 1;
                if (idle > 0) {
                    idle(idle);
                }
            }
        } finally {
            closed = true;
            shutDown();
        }
    }

    /**
     * Spins, then yields, then sleeps until a datagram, a submission or the next timer. Sleeps at once while the client's own functions have the
     * processors: a turn without work would be taken from them.
     */
    @SuppressWarnings("ThreadPriorityCheck") // on a shared core, the server may be who should run now
    private void idle(int turnsIdle) {
        boolean isAwake = runner == null || !runner.takesProcessors();
        if (isAwake && turnsIdle <= config.idleSpins()) {
            Thread.onSpinWait();
        } else if (isAwake && turnsIdle <= config.idleSpins() + YIELDS) {
            Thread.yield();
        } else {
            parked = true;
            if (submitted.isEmpty() && !closed) {
                transport.await(sessions.outstanding() ? TIMER_NS : IDLE_PARK_NS);
            }
            parked = false;
        }
    }

    // In a group

    /** There is something to be sent, or a session to be opened: should somebody else decide when this is turned, let them know. */
    void activate() {
        if (member != null) {
            member.activate();
        }
    }

    /** The time at the start of the group's turn. */
    void turnAt(long nowNs) {
        this.nowNs = nowNs;
    }

    boolean closed() {
        return closed;
    }

    boolean hasSubmitted() {
        return !submitted.isEmpty();
    }

    /** Waits for a datagram or a timer, for one that polls and found nothing to do. */
    void pause() {
        if (member != null) {
            member.group().pause();
            return;
        }
        if (++turns % Math.max(config.idleSpins(), 1) == 0) {
            transport.await(TIMER_NS);
        } else {
            Thread.onSpinWait();
        }
    }
}
