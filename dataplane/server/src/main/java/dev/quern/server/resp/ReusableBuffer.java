package dev.quern.server.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Direct buffers used over and over: whoever takes one gets the last one again as soon as nobody else holds a reference, else another one. Reads and replies
 * are nearly always done with by the next burst, so that a core needs one of each; while commands wait, as for a function that is not known to
 * be short, what was read of them stays, and there are more. Thread: the core's.
 */
final class ReusableBuffer {
    private final int bytes;
    private final int bytesKept;
    private final ByteBuf[] buffers;
    private int made;
    private int last;

    /**
     * Makes the first one.
     *
     * @param bytesKept the length past which one that has grown is let go of
     * @param buffersKept how many there are at most; of what is taken beyond, one more takes the place of one
     */
    ReusableBuffer(int bytes, int bytesKept, int buffersKept) {
        this.bytes = bytes;
        this.bytesKept = bytesKept;
        buffers = new ByteBuf[buffersKept];
        buffers[made++] = Unpooled.directBuffer(bytes);
    }

    /** An empty buffer with a reference of the taker's own. */
    ByteBuf take() {
        for (int looked = 0; looked < made; looked++) {
            if (buffers[last].refCnt() == 1) {
                return lend();
            }
            last = last + 1 == made ? 0 : last + 1;
        }
        if (made < buffers.length) {
            last = made++;
        } else {
            buffers[last].release();
        }
        buffers[last] = Unpooled.directBuffer(bytes);
        return lend();
    }

    /** Whether one may be kept for a while without the next taker's needing a new one beyond those that are kept. */
    boolean hasRoom() {
        return made < buffers.length || buffers[last + 1 == made ? 0 : last + 1].refCnt() == 1;
    }

    private ByteBuf lend() {
        if (buffers[last].capacity() > bytesKept) {
            buffers[last].release();
            buffers[last] = Unpooled.directBuffer(bytes);
        }
        return buffers[last].clear().retain();
    }

    void close() {
        for (int i = 0; i < made; i++) {
            buffers[i].release();
        }
    }
}
