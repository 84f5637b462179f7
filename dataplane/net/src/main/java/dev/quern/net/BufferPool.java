package dev.quern.net;

import dev.quern.ffi.linux.Mmap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A device's buffers in memory of this process: a buffer's handle is its address. Each thread that takes and gives them has a {@link Cache} and
 * meets the others once in a batch, at a lock that nobody holds for longer than a batch takes to copy.
 */
public final class BufferPool implements AutoCloseable {
    /** Buffers that a cache takes or gives at a time. */
    static final int BATCH = 64;

    private static final VarHandle LOCK;

    static {
        try {
            LOCK = MethodHandles.lookup().findVarHandle(BufferPool.class, "lock", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final long memory;
    private final long memoryBytes;
    private final long[] free;
    private int freeCount;

    @SuppressWarnings("unused") // by LOCK
    private boolean lock;

    /** So many buffers of {@code bytes}, rounded up to whole cache lines. */
    public BufferPool(int count, int bytes) {
        long stride = (bytes + 63L) & -64;
        memoryBytes = count * stride;
        try {
            memory = Mmap.reserve(memoryBytes);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        free = new long[count];
        for (int i = count - 1; i >= 0; i--) {
            free[freeCount++] = memory + i * stride;
        }
    }

    /** One thread's share. */
    public Cache cache() {
        return new Cache(this);
    }

    private void enter() {
        while (!LOCK.compareAndSet(this, false, true)) {
            Thread.onSpinWait();
        }
    }

    private void leave() {
        LOCK.setRelease(this, false); // release: pairs with compareAndSet in enter()
    }

    private int take(long[] into, int count) {
        enter();
        int taken = Math.min(count, freeCount);
        freeCount -= taken;
        System.arraycopy(free, freeCount, into, 0, taken);
        leave();
        return taken;
    }

    private void give(long[] from, int offset, int count) {
        enter();
        System.arraycopy(from, offset, free, freeCount, count);
        freeCount += count;
        leave();
    }

    /** Buffers that no cache has and nobody uses. Any thread. */
    public int available() {
        enter();
        int count = freeCount;
        leave();
        return count;
    }

    @Override
    public void close() {
        try {
            Mmap.unmap(memory, memoryBytes);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Free buffers at hand. Thread: one at a time. */
    public static final class Cache {
        private final BufferPool pool;
        private final long[] buffers = new long[2 * BATCH];
        private int count;

        private Cache(BufferPool pool) {
            this.pool = pool;
        }

        /** A buffer's address, or 0 when none is left. */
        public long take() {
            if (count == 0) {
                count = pool.take(buffers, BATCH);
                if (count == 0) {
                    return 0;
                }
            }
            return buffers[--count];
        }

        /** A buffer by its address is free again. */
        public void give(long buffer) {
            if (count == buffers.length) {
                count -= BATCH;
                pool.give(buffers, count, BATCH);
            }
            buffers[count++] = buffer;
        }

        /** As {@link TransmitQueue#allocate}: a frame begins so many bytes behind its buffer's address. */
        public int allocate(PacketBurst burst, int wanted, int headroom) {
            int most = Math.min(wanted, burst.room());
            for (int i = 0; i < most; i++) {
                long buffer = take();
                if (buffer == 0) {
                    return i;
                }
                burst.add(buffer, buffer + headroom, 0, PacketFlags.NONE);
            }
            return most;
        }

        /** As {@link TransmitQueue#free}. */
        public void free(PacketBurst burst, int from) {
            for (int i = from; i < burst.count(); i++) {
                give(burst.handle(i));
            }
            burst.truncate(from);
        }

        /** Gives all back to the pool. */
        public void flush() {
            pool.give(buffers, 0, count);
            count = 0;
        }
    }
}
