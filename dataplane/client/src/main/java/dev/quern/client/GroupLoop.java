package dev.quern.client;

import dev.quern.client.transport.Transport;
import dev.quern.protocol.Limits;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Turns the members of a group: those who have something to send, those for whom something came, and by and by those who wait for
 * something; a member with nothing to do costs a turn nothing. Turned by a thread of its own or by whoever polls.
 */
final class GroupLoop implements Runnable {
    private static final int DATAGRAMS_PER_TURN_MAX = 64;
    private static final int TASKS_PER_TURN_MAX = 64;
    private static final int ANNOUNCED_PER_TURN_MAX = 4096;
    private static final int YIELDS = 20;
    private static final long TIMER_NS = 1_000_000;
    private static final long IDLE_PARK_NS = 100_000_000;

    /** A member that waits has a look at the clock every so many timers. The least timeout of a request is some milliseconds. */
    private static final int TIMERS_PER_LOOK = 4;

    private final ClientConfig config;
    private final CallbackFailures callbackFailures = new CallbackFailures();
    private final GroupTransport transport;
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(Limits.DATAGRAM_BYTES_MAX + 8);
    private final MemorySegment incomingMemory = MemorySegment.ofBuffer(incoming);
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<GroupMember> announced = new ConcurrentLinkedQueue<>();
    private final Set<ClientLoop> members = new HashSet<>();
    private final AtomicInteger memberCount = new AtomicInteger();
    private final List<Joining> joining = new ArrayList<>();

    /** Those to be turned in the next turn, and those being turned in this one. */
    private List<GroupMember> active = new ArrayList<>();

    private List<GroupMember> turned = new ArrayList<>();

    /** Those who wait, by the timer at which they are looked at. */
    private final List<List<GroupMember>> timed = new ArrayList<>();

    private List<GroupMember> looked = new ArrayList<>();

    private int timers;
    private int idleTurns;
    private long nowNs = System.nanoTime();
    private long timersNs = nowNs;
    private boolean turning;
    private @Nullable Thread thread;
    // Written by the loop's thread before it looks at its queues a last time; read by those who have filled them.
    private volatile boolean parked;
    private volatile boolean closed;

    /** A client whose sessions are being opened. */
    private record Joining(ClientLoop loop, CompletableFuture<ClientLoop> joined) {}

    GroupLoop(ClientConfig config, Transport transport) {
        this.config = config;
        this.transport = new GroupTransport(transport);
        for (int i = 0; i < TIMERS_PER_LOOK; i++) {
            timed.add(new ArrayList<>());
        }
    }

    boolean hasThread() {
        return config.threading() == ClientConfig.Threading.IO_THREAD;
    }

    void startThread() {
        Thread io = new Thread(this, "quern-client-group " + transport.describe());
        io.setDaemon(true);
        thread = io;
        io.start();
    }

    int members() {
        return memberCount.get();
    }

    // Members come and go

    /** Opens a client's sessions; any thread, where the group has its own. */
    ClientLoop join(ClientConfig member) {
        if (hasThread() ? Thread.currentThread().equals(thread) : turning) {
            throw new IllegalStateException("a callback cannot connect: it would wait for the turn that it runs in");
        }
        CompletableFuture<ClientLoop> joined = new CompletableFuture<>();
        run(() -> beginToJoin(member, joined));
        try {
            while (!hasThread() && !joined.isDone()) {
                if (poll() == 0) {
                    pause();
                }
            }
        } catch (RuntimeException failed) {
            // A callback of another member: the caller gets no client.
            var _ = joined.thenAccept(ClientLoop::close);
            throw failed;
        }
        return result(joined);
    }

    private static ClientLoop result(CompletableFuture<ClientLoop> joined) {
        try {
            return joined.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var _ = joined.thenAccept(ClientLoop::close);
            throw new QuernException("interrupted while opening a session", 0);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof QuernException cause) {
                throw cause;
            }
            throw new IllegalStateException("a session could not be opened", e.getCause());
        }
    }

    private void beginToJoin(ClientConfig member, CompletableFuture<ClientLoop> joined) {
        if (closed) {
            joined.completeExceptionally(new QuernException.Closed("the group is closed"));
            return;
        }
        ClientLoop loop = new ClientLoop(member, transport, this);
        members.add(loop);
        memberCount.set(members.size());
        joining.add(new Joining(loop, joined));
        try {
            loop.sessions().begin(member.connectTimeout().toNanos());
        } catch (QuernException e) {
            end(loop);
            joined.completeExceptionally(e);
        }
    }

    private int advanceJoining() {
        int ended = 0;
        for (int i = joining.size() - 1; i >= 0; i--) {
            Joining each = joining.get(i);
            if (!each.joined.isDone() && !advance(each)) {
                continue;
            }
            ended++;
            joining.remove(i);
        }
        return ended;
    }

    /** Whether it came to an end, good or bad. */
    private boolean advance(Joining each) {
        each.loop.turnAt(nowNs);
        try {
            if (each.loop.sessions().advance()) {
                return each.joined.complete(each.loop);
            }
            each.loop.sessions().next().checkTimers(nowNs);
            return false;
        } catch (QuernException e) {
            end(each.loop);
            return each.joined.completeExceptionally(e);
        }
    }

    /** Ends a member; returns when it has ended, unless called from a callback or by the application that polls. */
    void leave(ClientLoop loop) {
        CompletableFuture<Void> left = new CompletableFuture<>();
        run(() -> {
            end(loop);
            left.complete(null);
        });
        if (hasThread() && !Thread.currentThread().equals(thread)) {
            left.join();
        }
    }

    private void end(ClientLoop loop) {
        if (members.remove(loop)) {
            memberCount.set(members.size());
            loop.shutDown();
            transport.closeUnused();
        }
    }

    /** Does something to members on the thread that turns them: now where that is the caller's, otherwise soon. */
    private void run(Runnable task) {
        if (!hasThread() || Thread.currentThread().equals(thread)) {
            task.run();
            return;
        }
        tasks.add(task);
        wake();
        if (closed) {
            // The loop may have looked for the last time before this one was added.
            ClientLoop.joinUninterruptibly(Objects.requireNonNull(thread));
            runTasks();
        }
    }

    private int runTasks() {
        int work = 0;
        for (Runnable task = tasks.poll(); task != null; task = work < TASKS_PER_TURN_MAX ? tasks.poll() : null) {
            task.run();
            work++;
        }
        return work;
    }

    // For members

    ByteBuffer incoming() {
        return incoming;
    }

    /** A member has something to send. */
    void activated(GroupMember member) {
        active.add(member);
    }

    /** A member waits for something. */
    void timed(GroupMember member) {
        timed.get((timers + TIMERS_PER_LOOK - 1) % TIMERS_PER_LOOK).add(member);
    }

    /** Something was submitted to a member. Any thread. */
    void announce(GroupMember member) {
        announced.add(member);
        wake();
    }

    private void wake() {
        if (parked) {
            transport.wakeup();
        }
    }

    CallbackFailures callbackFailures() {
        return callbackFailures;
    }

    // Turns

    /** One turn, on the thread of whoever polls the group. */
    int poll() {
        if (closed) {
            throw new QuernException.Closed("the group is closed");
        }
        if (turning) {
            throw new IllegalStateException("a callback must neither poll nor wait: it runs inside the poll");
        }
        long before = nowNs;
        nowNs = System.nanoTime();
        long gapNs = nowNs - before;
        int work = turn(gapNs > TIMER_NS ? gapNs : 0);
        for (int i = 0; i < active.size(); i++) {
            active.get(i).loop().markPolled();
        }
        callbackFailures.rethrow();
        return work;
    }

    /** @param gapNs by how much later than it seems the application began what it began since the last turn */
    private int turn(long gapNs) {
        turning = true;
        try {
            int work = runTasks() + takeAnnounced() + turnActive(gapNs);
            transport.flush();
            for (SharedLink link : transport.links()) {
                work += link.receive(incoming, incomingMemory, nowNs, DATAGRAMS_PER_TURN_MAX);
            }
            if (!joining.isEmpty()) {
                work += advanceJoining();
            }
            if (nowNs - timersNs >= TIMER_NS) {
                timersNs = nowNs;
                checkTimers();
                transport.flush();
            }
            return work;
        } finally {
            turning = false;
        }
    }

    private int takeAnnounced() {
        int work = 0;
        while (work < ANNOUNCED_PER_TURN_MAX) {
            GroupMember member = announced.poll();
            if (member == null) {
                break;
            }
            member.activate();
            work++;
        }
        return work;
    }

    private int turnActive(long gapNs) {
        List<GroupMember> now = active;
        active = turned;
        turned = now;
        int work = 0;
        for (int i = 0; i < now.size(); i++) {
            work += now.get(i).turn(nowNs, gapNs);
        }
        now.clear();
        return work;
    }

    private void checkTimers() {
        timers = (timers + 1) % TIMERS_PER_LOOK;
        List<GroupMember> now = timed.get(timers);
        timed.set(timers, looked);
        looked = now;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).checkTimers(nowNs);
        }
        now.clear();
    }

    @Override
    public void run() {
        idleTurns = 0;
        try {
            while (!closed) {
                nowNs = System.nanoTime();
                idleTurns = turn(0) > 0 ? 0 : idleTurns + 1;
                if (idleTurns > 0) {
                    idle();
                }
            }
        } finally {
            closed = true;
            shutDown();
        }
    }

    /** Spins, then yields, then sleeps until a datagram, a submission or the next timer. */
    @SuppressWarnings("ThreadPriorityCheck") // on a shared core, the server may be who should run now
    private void idle() {
        if (idleTurns <= config.idleSpins()) {
            Thread.onSpinWait();
        } else if (idleTurns <= config.idleSpins() + YIELDS) {
            Thread.yield();
        } else {
            parked = true;
            if (announced.isEmpty() && tasks.isEmpty() && !closed) {
                transport.await(isWaiting() ? TIMER_NS : IDLE_PARK_NS);
            }
            parked = false;
        }
    }

    private boolean isWaiting() {
        boolean waits = !joining.isEmpty() || !active.isEmpty();
        for (List<GroupMember> each : timed) {
            waits |= !each.isEmpty();
        }
        return waits;
    }

    /** Waits for a datagram or a timer, for one that polls and found nothing to do. */
    void pause() {
        if (++idleTurns % Math.max(config.idleSpins(), 1) == 0) {
            transport.await(TIMER_NS);
        } else {
            Thread.onSpinWait();
        }
    }

    // The end

    /** Ends every member. Any thread; returns when it is done, unless called from a callback. */
    void close() {
        closed = true;
        Thread io = thread;
        if (io == null) {
            shutDown();
            callbackFailures.rethrow();
        } else if (!io.equals(Thread.currentThread())) {
            transport.wakeup();
            ClientLoop.joinUninterruptibly(io);
        }
    }

    private void shutDown() {
        List.copyOf(members).forEach(this::end);
        QuernException.Closed cause = new QuernException.Closed("the group was closed");
        joining.forEach(each -> each.joined.completeExceptionally(cause));
        joining.clear();
        runTasks();
        transport.flush();
        transport.closeAll();
    }
}
