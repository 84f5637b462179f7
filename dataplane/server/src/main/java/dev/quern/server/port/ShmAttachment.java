package dev.quern.server.port;

import dev.quern.protocol.ShmAttachLayout;
import dev.quern.protocol.ShmAttachedLayout;
import dev.quern.protocol.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's socket: asked for rings, told where they are, told that they are mapped; from then on every byte is a bell, and its end is
 * the client's. Thread: the core's.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty reports failures by closing the channel
final class ShmAttachment extends ChannelInboundHandlerAdapter {
    private enum State {
        /** Nothing was asked yet. */
        NEW,
        /** The file is being made. */
        CREATING,
        /** The client maps it. */
        MAPPING,
        ATTACHED,
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(ShmAttachment.class);

    private final ShmPort port;
    private final long beganNs;
    private final byte[] asked = new byte[ShmAttachLayout.BYTES];
    private int askedLength;
    private State state = State.NEW;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ShmRings rings;
    private @Nullable ShmClient client;

    ShmAttachment(ShmPort port, long nowNs) {
        this.port = port;
        this.beganNs = nowNs;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        port.began(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext active, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (state == State.NEW && bytes.isReadable()) {
                asked[askedLength++] = bytes.readByte();
                if (askedLength == asked.length) {
                    attach(active);
                }
            }
            if (state == State.MAPPING && bytes.isReadable()) {
                mapped(active);
            }
        } finally {
            bytes.release();
        }
    }

    private void attach(ChannelHandlerContext active) {
        MemorySegment words = MemorySegment.ofArray(asked);
        if (Wire.getInt(words, ShmAttachLayout.MAGIC_OFFSET) != ShmAttachLayout.MAGIC) {
            active.close();
        } else if (Wire.getUnsignedShort(words, ShmAttachLayout.VERSION_OFFSET) != ShmAttachLayout.VERSION) {
            refuse(active, ShmAttachedLayout.OUTCOME_VERSION);
        } else if (port.isDraining()) {
            refuse(active, ShmAttachedLayout.OUTCOME_DRAINING);
        } else if (port.isFull()) {
            refuse(active, ShmAttachedLayout.OUTCOME_FULL);
        } else {
            state = State.CREATING;
            if (!port.create(this)) {
                refuse(active, ShmAttachedLayout.OUTCOME_FULL);
            }
        }
    }

    /** The control thread made the file, or could not. */
    void created(@Nullable ShmRings made, @Nullable Throwable failure) {
        ChannelHandlerContext active = context;
        if (state != State.CREATING || active == null) {
            if (made != null) {
                port.free(made);
            }
        } else if (made == null) {
            LOG.warn("shm: no rings for a client: {}", String.valueOf(failure));
            refuse(active, ShmAttachedLayout.OUTCOME_FAILED);
        } else {
            rings = made;
            state = State.MAPPING;
            answer(active, ShmAttachedLayout.OUTCOME_ATTACHED, made.ringBytes(), made.name());
        }
    }

    private void refuse(ChannelHandlerContext active, int outcome) {
        state = State.CLOSED;
        answer(active, outcome, 0, "").addListener(ChannelFutureListener.CLOSE);
    }

    private static ChannelFuture answer(ChannelHandlerContext active, int outcome, int ringBytes, String name) {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        ByteBuf answer = active.alloc().directBuffer(ShmAttachedLayout.NAME_OFFSET + nameBytes.length);
        answer.writeIntLE(ShmAttachLayout.MAGIC)
                .writeShortLE(ShmAttachLayout.VERSION)
                .writeByte(outcome)
                .writeByte(nameBytes.length)
                .writeIntLE(ringBytes)
                .writeBytes(nameBytes);
        return active.writeAndFlush(answer);
    }

    private void mapped(ChannelHandlerContext active) {
        ShmRings made = rings;
        if (made == null) {
            return;
        }
        try {
            made.unlink();
        } catch (IOException failed) {
            LOG.warn("shm: {} could not be removed: {}", made.name(), failed.toString());
        }
        rings = null;
        state = State.ATTACHED;
        client = port.attach(made, active.channel());
    }

    /** Closes the socket of one that was given its time to attach. */
    void expire(long nowNs) {
        if (state != State.ATTACHED && nowNs - beganNs > PortLimits.SHM_ATTACH_NS_MAX) {
            close();
        }
    }

    void close() {
        ChannelHandlerContext active = context;
        if (active != null) {
            active.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext active) {
        state = State.CLOSED;
        ShmRings unused = rings;
        rings = null;
        if (unused != null) {
            port.free(unused);
        }
        ShmClient attached = client;
        client = null;
        port.ended(this, attached);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext active, Throwable cause) {
        active.close();
    }
}
