package dev.quern.server.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/** Lets every read of a core go into the core's one receive buffer, as long as the last read's bytes are no longer in use. */
final class ReceiveAllocator extends DefaultMaxMessagesRecvByteBufAllocator {
    private final ReusableBuffer received;

    ReceiveAllocator(ReusableBuffer received) {
        this.received = received;
    }

    @Override
    public MaxMessageHandle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return RespLimits.RECEIVE_BYTES;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator alloc) {
                return received.take();
            }
        };
    }
}
