package dev.quern.server.loop;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.nio.NioIoOps;
import io.netty.channel.nio.NioSelectableChannelIoHandle;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a core waits in when it has nothing to do: one event loop over everything that can bring it work. Channels that the loop itself
 * serves (the Redis door's) wake the core of themselves; other sockets are watched. Thread: the core's, but {@link #wake}.
 */
public final class CoreEvents implements AutoCloseable {
    /** How the kernel is asked. */
    public enum Kind {
        EPOLL,
        NIO;

        /** Epoll where Netty's native library loads, else NIO. */
        public static Kind best() {
            return Epoll.isAvailable() ? EPOLL : NIO;
        }
    }

    /** A socket polled outside of the event loop, whose arrivals end the core's wait. Close it before the socket, which it leaves open. */
    public final class Watch implements AutoCloseable {
        private final IoRegistration registration;
        private final IoOps nextArrival;

        private Watch(IoRegistration registration, IoOps nextArrival) {
            this.registration = registration;
            this.nextArrival = nextArrival;
            watches.add(this);
        }

        /** Asks for one arrival, the next or one that waits already: a busy core is not told of what it polls anyway. */
        private void arm() {
            registration.submit(nextArrival);
        }

        @Override
        public void close() {
            registration.cancel();
            watches.remove(this);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(CoreEvents.class);

    /** {@code EPOLLONESHOT} of epoll_ctl(2). */
    private static final int ONE_SHOT = 1 << 30;

    /** Turns that closing what is registered may take. */
    private static final int CLOSE_TURNS_MAX = 1000;

    private final Kind kind;
    private final CoreEventLoop loop;
    private final List<Watch> watches = new ArrayList<>();
    private boolean isServing;

    CoreEvents(Kind kind) {
        this.kind = kind;
        this.loop = new CoreEventLoop(
                Thread.currentThread(), kind == Kind.EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    public Kind kind() {
        return kind;
    }

    /** From now on this thread turns the core. */
    void own(Thread thread) {
        loop.own(thread);
    }

    /** Where channels of this {@link #kind} may be registered. They are served by {@link #serve}, and while the core waits. */
    public EventLoop loop() {
        return loop;
    }

    /** Serves what is ready in the loop, without waiting; returns how much it was. Not in the midst of itself. */
    public int serve() {
        isServing = true;
        try {
            return loop.runNow();
        } finally {
            isServing = false;
        }
    }

    /** Whether what asks is being served by the loop, which cannot serve anything else meanwhile. */
    public boolean isServing() {
        return isServing;
    }

    /**
     * Has arrivals at this descriptor end the core's waits; for {@link Kind#EPOLL} alone.
     *
     * @throws IOException when the kernel refuses
     */
    public Watch watch(int descriptor) throws IOException {
        FileDescriptor wrapped = new FileDescriptor(descriptor);
        EpollIoHandle handle = new EpollIoHandle() {
            @Override
            public FileDescriptor fd() {
                return wrapped;
            }

            @Override
            public void handle(IoRegistration registration, IoEvent event) {
                // The core's next turn polls the socket.
            }

            @Override
            public void close() {
                // Its port closes it.
            }
        };
        return new Watch(register(handle), EpollIoOps.valueOf(EpollIoOps.EPOLLIN.value() | ONE_SHOT));
    }

    /**
     * Has arrivals at this channel, which must not block, end the core's waits; for {@link Kind#NIO} alone.
     *
     * @throws IOException when the channel is closed
     */
    public Watch watch(SelectableChannel channel) throws IOException {
        IoHandle handle = new NioSelectableChannelIoHandle<>(channel) {
            @Override
            protected void handle(SelectableChannel ready, SelectionKey key) {
                key.interestOps(0);
            }

            @Override
            public void close() {
                // Its port closes it.
            }
        };
        return new Watch(register(handle), NioIoOps.READ);
    }

    private IoRegistration register(IoHandle handle) throws IOException {
        // On the loop's own thread it is done when the call returns.
        Future<IoRegistration> registered = loop.register(handle);
        if (!registered.isSuccess()) {
            throw new IOException("the core's event loop took no watch", registered.cause());
        }
        return registered.getNow();
    }

    /**
     * Waits until a socket has something, {@link #wake} is called or was since the last wait, or the time is over; serves the loop's own
     * channels.
     *
     * @return 0 when nothing came
     */
    int await(long timeoutNs) {
        for (int i = 0; i < watches.size(); i++) {
            watches.get(i).arm();
        }
        isServing = true;
        try {
            return loop.run(timeoutNs);
        } finally {
            isServing = false;
        }
    }

    /** Ends the wait, or the next one when the core does not wait yet. Any thread. */
    void wake() {
        loop.execute(CoreEvents::doNothing);
    }

    private static void doNothing() {
        // That there is a task is what ends the wait.
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the turns below are what it waits for
    public void close() {
        List.copyOf(watches).forEach(Watch::close);
        loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
        for (int turn = 0; turn < CLOSE_TURNS_MAX && !loop.isTerminated(); turn++) {
            loop.runNow();
        }
        if (!loop.isTerminated()) {
            LOG.warn(
                    "the event loop still runs after its core's end: thread={}",
                    Thread.currentThread().getName());
        }
    }
}
