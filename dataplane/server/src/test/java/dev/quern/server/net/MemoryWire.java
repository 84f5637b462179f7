package dev.quern.server.net;

import dev.quern.ffi.linux.NativeMemory;
import java.util.SplittableRandom;

/** Two devices in this process and the wire between them, which may lose, repeat, swap and spoil frames. */
final class MemoryWire implements AutoCloseable {
    /**
     * What happens to frames, each in so many of a thousand.
     *
     * @param lost never arrive
     * @param repeated arrive twice
     * @param swapped arrive after the next one
     * @param spoiled arrive with a byte changed
     */
    record Faults(int lost, int repeated, int swapped, int spoiled, long seed) {
        static final Faults NONE = new Faults(0, 0, 0, 0, 0);
    }

    private final MemoryDevice left;
    private final MemoryDevice right;
    private final SplittableRandom random;
    private final Faults faults;

    /** @param queueCount of the right device; the left one has a single pair */
    MemoryWire(int mtu, int queueCount, Faults faults) {
        this.faults = faults;
        this.random = new SplittableRandom(faults.seed());
        left = new MemoryDevice("left", 0x0200_0000_0001L, mtu, 1, this);
        right = new MemoryDevice("right", 0x0200_0000_0002L, mtu, queueCount, this);
    }

    static MemoryWire perfect() {
        return new MemoryWire(1500, 1, Faults.NONE);
    }

    MemoryDevice left() {
        return left;
    }

    MemoryDevice right() {
        return right;
    }

    /** A frame has left one end. */
    synchronized void carry(MemoryDevice from, long address, int length) {
        MemoryDevice to = from.equals(left) ? right : left;
        if (faults.equals(Faults.NONE)) {
            to.arrive(address, length);
            return;
        }
        if (hits(faults.lost)) {
            return;
        }
        if (hits(faults.spoiled)) {
            long at = address + random.nextInt(length);
            NativeMemory.putByte(at, (byte) (NativeMemory.getByte(at) ^ 1 << random.nextInt(8)));
        }
        if (hits(faults.swapped)) {
            to.hold(address, length);
            return;
        }
        to.arrive(address, length);
        to.arriveHeld();
        if (hits(faults.repeated)) {
            to.arrive(address, length);
        }
    }

    private boolean hits(int ofAThousand) {
        return random.nextInt(1000) < ofAThousand;
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }
}
