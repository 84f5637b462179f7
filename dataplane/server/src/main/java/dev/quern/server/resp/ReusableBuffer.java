package dev.quern.server.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * One direct buffer used over and over: whoever takes it gets it again as soon as nobody else holds a reference, else a new one takes
 * its place. Reads and replies are nearly always done with by the next burst, so that a core needs one of each. Thread: the core's.
 */
final class ReusableBuffer {
    private final int bytes;
    private final int bytesKept;
    private ByteBuf buffer;

    ReusableBuffer(int bytes, int bytesKept) {
        this.bytes = bytes;
        this.bytesKept = bytesKept;
        this.buffer = Unpooled.directBuffer(bytes);
    }

    /** An empty buffer with a reference of the taker's own. */
    ByteBuf take() {
        if (buffer.refCnt() != 1 || buffer.capacity() > bytesKept) {
            buffer.release();
            buffer = Unpooled.directBuffer(bytes);
        }
        return buffer.clear().retain();
    }

    void close() {
        buffer.release();
    }
}
