package dev.quern.server.resp;

import dev.quern.server.loop.Core;
import dev.quern.server.loop.CoreEvents;
import dev.quern.server.loop.Port;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.redis.RedisDecoder;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One core's share of the Redis door: an event loop that the core itself turns, so that no thread stands between socket and store. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty reports failures by closing the channel
final class RespPort implements Port {
    private static final Logger LOG = LoggerFactory.getLogger(RespPort.class);

    /** Turns that closing sockets may take. */
    private static final int CLOSE_TURNS_MAX = 1000;

    private final Core core;
    private final RespCore connections;
    private final CoreEvents events;
    private final ReceiveAllocator receiveAllocator;
    private @Nullable Channel listening;
    private String address = "";

    RespPort(Core core, Clients clients) {
        this.core = core;
        this.connections = new RespCore(core, clients);
        this.events = core.events();
        this.receiveAllocator = new ReceiveAllocator(connections.received());
    }

    /** Listens for all cores' connections; each goes to the core that {@code ports} has next. */
    InetSocketAddress listen(ServerChannel channel, InetSocketAddress wanted, RespPorts ports) throws IOException {
        channel.config().setOption(ChannelOption.SO_BACKLOG, RespLimits.BACKLOG);
        channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object accepted) {
                ports.next().adopt((Channel) accepted);
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                LOG.warn("RESP: a connection could not be accepted: {}", cause.toString());
            }
        });
        try {
            await(register(channel));
            await(channel.bind(wanted));
        } catch (IOException refused) {
            channel.close();
            events.serve();
            BindException named = new BindException("RESP " + RespPorts.format(wanted) + ": " + refused.getMessage());
            named.initCause(refused);
            throw named;
        }
        listening = channel;
        InetSocketAddress bound = (InetSocketAddress) channel.localAddress();
        address = " " + RespPorts.format(bound);
        return bound;
    }

    private ChannelFuture register(Channel channel) {
        // By the interface: Netty's own bootstraps do the same, and only the class's method is marked deprecated.
        EventLoop registrar = events.loop();
        return registrar.register(channel);
    }

    private void await(ChannelFuture future) throws IOException {
        while (!future.isDone()) {
            events.serve();
        }
        Throwable cause = future.cause();
        if (cause instanceof IOException refused) {
            throw refused;
        }
        if (cause != null) {
            throw new IOException(cause);
        }
    }

    /** Makes an accepted connection this core's. Any core's thread. */
    void adopt(Channel channel) {
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        channel.config().setRecvByteBufAllocator(receiveAllocator);
        channel.config()
                .setWriteBufferWaterMark(
                        new WriteBufferWaterMark(RespLimits.OUTPUT_RESUME_BYTES, RespLimits.OUTPUT_PAUSE_BYTES));
        channel.pipeline().addLast(new RedisDecoder(true), new RespConnection(connections));
        register(channel).addListener(registered -> {
            if (!registered.isSuccess()) {
                LOG.warn("RESP: a connection could not be registered", registered.cause());
                channel.unsafe().closeForcibly();
            }
        });
        core.wakeup();
    }

    @Override
    public int poll(long nowNs, int limit) {
        int work = events.serve();
        work += connections.runDeferred();
        connections.leave();
        if (core.draining() && listening != null) {
            listening.close();
            listening = null;
        }
        return work;
    }

    @Override
    public int pollShort(long nowNs, int limit) {
        if (events.isServing()) {
            return 0; // The function was called from there, as it had always been short; it will not be again.
        }
        int work = events.serve();
        connections.leave();
        return work;
    }

    /** Replies have gone out with the burst that they answer, but one served while the core waited still holds its epoch. */
    @Override
    public int flush(long nowNs) {
        connections.leave();
        return 0;
    }

    @Override
    public boolean wakesCore() {
        return true;
    }

    @Override
    public String describe() {
        return "RESP" + address + " (" + (events.kind() == CoreEvents.Kind.EPOLL ? "epoll" : "NIO") + ")";
    }

    @Override
    public boolean drained() {
        return connections.quiet();
    }

    @Override
    public void close() {
        if (listening != null) {
            listening.close();
        }
        connections.closeAll();
        for (int turn = 0; turn < CLOSE_TURNS_MAX && !connections.none(); turn++) {
            events.serve();
        }
        if (!connections.none()) {
            LOG.warn("RESP: sockets of core {} still open after its close", core.index());
        }
        connections.close();
    }
}
