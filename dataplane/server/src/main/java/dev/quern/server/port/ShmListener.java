package dev.quern.server.port;

import dev.quern.client.transport.ShmTransport;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.CoreEvents;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A core's Unix socket, by which clients attach. Served by the core's event loop, on its thread. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty reports failures by closing the channel
final class ShmListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShmListener.class);

    private final CoreEvents events;
    private final ServerChannel channel;

    private ShmListener(CoreEvents events, ServerChannel channel) {
        this.events = events;
        this.channel = channel;
    }

    /** @param handlers makes what serves each connection */
    static ShmListener open(Core core, ShmDirectory directory, Supplier<ChannelInboundHandlerAdapter> handlers)
            throws IOException {
        Path path = directory.path().resolve(ShmTransport.socketName(core.index()));
        CoreEvents events = core.events();
        boolean isEpoll = events.kind() == CoreEvents.Kind.EPOLL;
        ServerChannel channel = isEpoll ? new EpollServerDomainSocketChannel() : new NioServerDomainSocketChannel();
        SocketAddress address = isEpoll ? new DomainSocketAddress(path.toFile()) : UnixDomainSocketAddress.of(path);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object accepted) {
                Channel client = (Channel) accepted;
                client.pipeline().addLast(handlers.get());
                register(events, client);
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                LOG.warn("shm: a client could not be accepted: {}", cause.toString());
            }
        });
        ShmListener listener = new ShmListener(events, channel);
        try {
            listener.await(register(events, channel));
            listener.await(channel.bind(address));
            directory.permit(path);
        } catch (IOException refused) {
            listener.close();
            BindException named = new BindException("shm " + path + ": " + refused.getMessage());
            named.initCause(refused);
            throw named;
        }
        return listener;
    }

    private static ChannelFuture register(CoreEvents events, Channel channel) {
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

    @Override
    public void close() {
        channel.close();
        events.serve();
    }
}
