package dev.quern.server.resp;

import dev.quern.kvstore.Table;
import dev.quern.kvstore.Tenant;
import dev.quern.server.loop.Counter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: assembles its commands from the decoder's pieces, runs each when it is whole, and sends a burst's replies together. While
 * a command waits for the control thread, or the client does not read its replies, later pieces are held and nothing more is read.
 * Thread: the core's, but the plain facts shown by CLIENT LIST.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty reports a failed write by closing
final class RespConnection extends ChannelInboundHandlerAdapter implements CommandAssembly.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(RespConnection.class);

    private final RespCore core;
    private final ClientState client;
    private final CommandAssembly assembly = new CommandAssembly(this);
    private final Records records = new Records(this);
    private final CommandQueue queue = new CommandQueue();
    private final ArrayDeque<Object> held = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Tenant tenant;
    private @Nullable Table table;
    private boolean resp3;

    /** A command that runs later, outside of the event loop, and before all that came after it. */
    private @Nullable Arguments deferred;

    /** For the next one that is put off; null before the first. */
    private @Nullable Arguments spare;

    /** Whether a command is under way in the midst of which others may be served. */
    private boolean running;

    private boolean waiting;
    private boolean resuming;
    private boolean closing;

    RespConnection(RespCore core) {
        this.core = core;
        this.client = new ClientState(core.clients().nextId(), core.core().index());
        reset();
    }

    RespCore core() {
        return core;
    }

    long id() {
        return client.id();
    }

    ClientState client() {
        return client;
    }

    boolean resp3() {
        return resp3;
    }

    void resp3(boolean version3) {
        resp3 = version3;
        client.protocol(version3 ? 3 : 2);
        core.reply(this).resp3(version3);
    }

    @Override
    public boolean authenticated() {
        return tenant != null;
    }

    /** The client's tenant. Only for commands that need one: they do not run without. */
    Tenant tenant() {
        return Objects.requireNonNull(tenant);
    }

    /** The table that keys lie in. Only for commands that need a tenant. */
    Table table() {
        return Objects.requireNonNull(table);
    }

    /** The records of {@link #table}. */
    Records records() {
        return records;
    }

    /** What waits for EXEC. */
    CommandQueue queue() {
        return queue;
    }

    /** From here on, commands are this tenant's. */
    void enter(Tenant named) {
        tenant = named;
        queue.clear();
        select(named.defaultTable());
    }

    void select(Table selected) {
        table = selected;
        client.place(selected.tenant().name(), selected.name());
    }

    /** As just connected: RESP2, the default tenant when it has no secret. */
    void reset() {
        tenant = null;
        table = null;
        resp3 = false;
        queue.clear();
        client.reset();
        Tenant open = core.core().store().tenant(Authentication.TENANT_DEFAULT);
        if (open != null && !open.hasSecret()) {
            enter(open);
        }
    }

    /** Later commands wait until {@link #answered}. */
    void await() {
        waiting = true;
        channel().config().setAutoRead(false);
    }

    /**
     * Puts a command off until the event loop is left; later ones wait behind it. Its arguments stay where they were read, unless so many others' do
     * that each would keep a buffer of its own from being used again.
     */
    void defer(Arguments arguments) {
        if (core.received().hasRoom()) {
            Arguments later = spare == null ? new Arguments() : spare;
            spare = null;
            later.takeFrom(arguments);
            deferred = later;
        } else {
            deferred = arguments.copy();
        }
        core.defer(this);
    }

    void runDeferred() {
        Arguments arguments = deferred;
        if (arguments == null) {
            return;
        }
        deferred = null;
        if (!closing) {
            // Whatever arrives in its midst is held.
            running = true;
            perform(arguments);
            running = false;
        }
        arguments.reset();
        spare = arguments;
        if (channel().isActive()) {
            resume();
        }
    }

    /** Whether later commands have to wait. */
    private boolean isBusy() {
        return waiting || running || deferred != null;
    }

    /** Calls a function, in the midst of which what arrives here is held. */
    int running(IntSupplier call) {
        boolean before = running;
        running = true;
        try {
            return call.getAsInt();
        } finally {
            running = before;
        }
    }

    /** What was awaited has come; {@code answer} writes the reply, unless the client has gone. */
    void answered(java.util.function.Consumer<ReplyWriter> answer) {
        waiting = false;
        if (!channel().isActive()) {
            return;
        }
        answer.accept(core.reply(this));
        send();
        resume();
        core.leave();
    }

    /** Closes once the replies so far are sent; what the client sent after is ignored. */
    void closeAfterReply() {
        closing = true;
    }

    /** Whether the client has gone. */
    boolean isClosed() {
        return !channel().isActive();
    }

    void close() {
        closing = true;
        channel().close();
    }

    /** Whether everything received has been answered. */
    boolean quiet() {
        return !isBusy() && held.isEmpty() && channel().isWritable();
    }

    private Channel channel() {
        return Objects.requireNonNull(context).channel();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        client.address(
                String.valueOf(active.channel().remoteAddress()),
                String.valueOf(active.channel().localAddress()));
        core.clients().add(this);
        core.core().counters().increment(Counter.RESP_CONNECTIONS);
        if (!core.admit(this)) {
            core.reply(this).error("ERR max number of clients reached");
            closing = true;
            send();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        closing = true;
        core.clients().remove(this);
        core.dismiss(this);
        assembly.reset();
        queue.clear();
        dropHeld();
    }

    private void dropHeld() {
        for (Object message; (message = held.poll()) != null; ) {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
        } else if (isBusy() || !held.isEmpty() || !channel().isWritable()) {
            held.add(message);
            if (held.size() == RespLimits.HELD_PIECES_MAX) {
                channel().config().setAutoRead(false);
            }
        } else {
            assembly.accept(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext reading) {
        send();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        if (!changed.channel().isWritable()) {
            changed.channel().config().setAutoRead(false);
        } else {
            resume();
        }
    }

    /** Goes on with the pieces held, as far as replies find room; then with reading. */
    private void resume() {
        if (resuming) {
            return;
        }
        resuming = true;
        do {
            while (!held.isEmpty() && !isBusy() && !closing && channel().isWritable()) {
                assembly.accept(held.remove());
            }
            send();
        } while (!held.isEmpty() && !isBusy() && !closing && channel().isWritable());
        resuming = false;
        if (closing) {
            dropHeld();
        } else if (!isBusy() && channel().isWritable()) {
            channel().config().setAutoRead(true);
        }
    }

    @Override
    public void execute(Arguments arguments) {
        core.core().refreshClock();
        if (core.core().isInterlude() && !ShortCommands.mayRun(this, arguments)) {
            core.core().counters().increment(Counter.REQUESTS_HELD);
            defer(arguments);
            return;
        }
        perform(arguments);
    }

    private void perform(Arguments arguments) {
        core.core().counters().increment(Counter.RESP_COMMANDS);
        try {
            dispatch(arguments, core.reply(this));
        } catch (RuntimeException fault) {
            LOG.error("RESP command failed: connection={}, arguments={}", id(), arguments.count(), fault);
            core.reply(this).error("ERR internal error, see the server's log");
            closing = true;
        }
        if (core.replying(this) && core.reply(this).size() > RespLimits.OUTPUT_FLUSH_BYTES) {
            send();
        }
    }

    private void dispatch(Arguments arguments, ReplyWriter reply) {
        Command command = CommandTable.find(arguments.address(0), arguments.length(0));
        if (command == null) {
            queue.spoil();
            Errors.unknownCommand(reply, arguments);
        } else if (!command.takes(arguments.count())) {
            queue.spoil();
            Errors.wrongArity(reply, command.label());
        } else if (tenant == null && command.needsTenant()) {
            reply.error(Errors.NO_AUTHENTICATION);
        } else {
            client.used(command, core.core().nowMs());
            if (!queue.isOpen() || !MultiCommands.queue(queue, command, arguments, reply)) {
                command.handler().run(this, arguments, reply);
            }
        }
    }

    @Override
    public void refuse(String reason) {
        core.reply(this).error("ERR Protocol error: " + reason);
        closing = true;
    }

    /** Hands the burst's replies to the socket. */
    void send() {
        if (!core.replying(this)) {
            return;
        }
        ReplyWriter reply = core.reply(this);
        boolean overflowed = reply.overflowed();
        core.core().counters().add(Counter.RESP_ERRORS, reply.takeErrors());
        ByteBuf replies = reply.finish();
        core.replied();
        Channel channel = channel();
        if (overflowed) {
            LOG.warn(
                    "RESP connection closed: its replies exceed {} bytes: connection={}, address={}",
                    RespLimits.OUTPUT_BYTES_MAX,
                    id(),
                    channel.remoteAddress());
            replies.release();
            closing = true;
            channel.close();
        } else if (closing) {
            channel.writeAndFlush(replies).addListener(ChannelFutureListener.CLOSE);
        } else if (replies.isReadable()) {
            channel.writeAndFlush(replies, channel.voidPromise());
        } else {
            replies.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
        if (cause instanceof DecoderException) {
            channelRead(caught, assembly.malformed(cause));
            send();
        } else {
            if (!(cause instanceof IOException)) {
                LOG.error("RESP connection closed by a fault: connection={}", id(), cause);
            }
            caught.close();
        }
    }
}
