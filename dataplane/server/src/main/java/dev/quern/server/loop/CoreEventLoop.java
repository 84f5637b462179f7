package dev.quern.server.loop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * An event loop of Netty's that is turned by whoever owns it at the moment, and may be handed on between two turns. Netty's own manual loop
 * belongs to one thread for good, and a channel to one loop. Thread: the owner's, but {@link #execute} and what comes down to it.
 */
final class CoreEventLoop extends AbstractScheduledEventExecutor implements IoEventLoop {
    private static final int QUEUE_CHUNK = 256;

    private enum State {
        RUNNING,
        SHUTTING_DOWN,
        TERMINATED
    }

    /** For turns that do not wait. */
    private static final IoHandlerContext AT_ONCE = new IoHandlerContext() {
        @Override
        public boolean canBlock() {
            return false;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return 0;
        }

        @Override
        public long deadlineNanos() {
            return -1;
        }
    };

    /** For one that waits until an event, a task or its deadline. */
    private final class Waiting implements IoHandlerContext {
        private long timeoutNs;
        private long untilNs;

        @Override
        public boolean canBlock() {
            return tasks.isEmpty() && !hasScheduledTasks();
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return timeoutNs;
        }

        @Override
        public long deadlineNanos() {
            return untilNs;
        }
    }

    private final MpscUnboundedArrayQueue<Runnable> tasks = new MpscUnboundedArrayQueue<>(QUEUE_CHUNK);
    private final Promise<Void> termination = new DefaultPromise<>(GlobalEventExecutor.INSTANCE);
    private final Waiting waiting = new Waiting();
    private final IoHandler handler;
    private volatile Thread owner;
    private volatile State state = State.RUNNING;
    private boolean isInitialized;

    CoreEventLoop(Thread owner, IoHandlerFactory handlers) {
        this.owner = owner;
        this.handler = handlers.newHandler(this);
    }

    /** From now on this thread turns it. The last owner has left it, and what it did there happened before. */
    void own(Thread thread) {
        owner = thread;
    }

    /** Serves what is ready, without waiting; returns how much it was. */
    int runNow() {
        return run(AT_ONCE);
    }

    /** Waits for an event, a task, or so long; returns how much was served. */
    int run(long timeoutNs) {
        waiting.timeoutNs = timeoutNs;
        // By its ticker, which does not begin where the system's clock does.
        waiting.untilNs = ticker().nanoTime() + timeoutNs;
        return run(waiting);
    }

    private int run(IoHandlerContext context) {
        if (!inEventLoop()) {
            throw new IllegalStateException("turned by " + Thread.currentThread() + ", owned by " + owner);
        }
        if (!isInitialized) {
            isInitialized = true;
            handler.initialize();
        }
        return switch (state) {
            case RUNNING -> handler.run(context) + runTasks();
            case SHUTTING_DOWN -> terminate();
            case TERMINATED -> 0;
        };
    }

    private int runTasks() {
        fetchFromScheduledTaskQueue(tasks);
        int done = 0;
        for (Runnable task; (task = tasks.poll()) != null; done++) {
            safeExecute(task);
        }
        return done;
    }

    private int terminate() {
        int done = runTasks();
        handler.prepareToDestroy();
        cancelScheduledTasks();
        done += runTasks();
        handler.destroy();
        done += runTasks();
        state = State.TERMINATED;
        termination.setSuccess(null);
        return done;
    }

    @Override
    public void execute(Runnable task) {
        if (state == State.TERMINATED) {
            throw new RejectedExecutionException("the core's event loop has ended");
        }
        tasks.add(task);
        if (!inEventLoop()) {
            handler.wakeup();
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // this very thread
    public boolean inEventLoop(Thread thread) {
        return owner == thread;
    }

    @Override
    public boolean isExecutorThread(Thread thread) {
        return inEventLoop(thread);
    }

    @Override
    public IoEventLoop next() {
        return this;
    }

    @Override
    public @Nullable IoEventLoopGroup parent() {
        return null;
    }

    @Override
    public Future<IoRegistration> register(IoHandle handle) {
        Promise<IoRegistration> promise = newPromise();
        if (inEventLoop()) {
            register(handle, promise);
        } else {
            execute(() -> register(handle, promise));
        }
        return promise;
    }

    private void register(IoHandle handle, Promise<IoRegistration> promise) {
        try {
            promise.setSuccess(handler.register(handle));
        } catch (Exception refused) {
            promise.setFailure(refused);
        }
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel) {
        return register(channel, new DefaultChannelPromise(channel, this));
    }

    @Override
    @Deprecated
    public ChannelFuture register(ChannelPromise promise) {
        return register(promise.channel(), promise);
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        channel.unsafe().register(this, promise);
        return promise;
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return handler.isCompatible(handleType);
    }

    @Override
    public boolean isIoType(Class<? extends IoHandler> handlerType) {
        return handler.getClass().equals(handlerType);
    }

    /** The owner's next turn ends it; the times do not count. */
    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        if (state == State.RUNNING) {
            state = State.SHUTTING_DOWN;
        }
        return termination;
    }

    @Override
    @Deprecated
    public void shutdown() {
        Future<?> ignored = shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public Future<?> terminationFuture() {
        return termination;
    }

    @Override
    public boolean isShuttingDown() {
        return state != State.RUNNING;
    }

    @Override
    public boolean isShutdown() {
        return state == State.TERMINATED;
    }

    @Override
    public boolean isTerminated() {
        return state == State.TERMINATED;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return termination.await(timeout, unit);
    }
}
