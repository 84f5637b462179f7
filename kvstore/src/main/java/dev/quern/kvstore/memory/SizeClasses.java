package dev.quern.kvstore.memory;

/**
 * The sizes in which memory is handed out: multiples of 16 bytes to 128, then eight steps to each doubling, so that at most an eighth
 * is wasted (a sixteenth on average).
 */
public final class SizeClasses {
    private static final int FINE_BYTES = 16;
    private static final int FINE_CLASSES = 8;
    private static final int FINE_MAX = FINE_BYTES * FINE_CLASSES;
    private static final int STEPS = 8;
    private static final int STEPS_SHIFT = 3;
    private static final int DOUBLINGS = 18;

    /** How many classes there are. */
    public static final int COUNT = FINE_CLASSES + STEPS * DOUBLINGS;

    /** The largest block: 32 MiB. */
    public static final int BYTES_MAX = FINE_MAX << DOUBLINGS;

    private SizeClasses() {}

    /** The smallest class that holds {@code bytes}, which is from 1 to {@link #BYTES_MAX}. */
    public static int of(int bytes) {
        if (bytes <= FINE_MAX) {
            return (bytes + FINE_BYTES - 1) / FINE_BYTES - 1;
        }
        int last = bytes - 1;
        int exponent = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(last);
        int doubling = exponent - Integer.numberOfTrailingZeros(FINE_MAX);
        int step = (last >>> exponent - STEPS_SHIFT) - STEPS;
        return FINE_CLASSES + doubling * STEPS + step;
    }

    /** A class's block size in bytes: a multiple of 16. */
    public static int bytes(int sizeClass) {
        if (sizeClass < FINE_CLASSES) {
            return (sizeClass + 1) * FINE_BYTES;
        }
        int doubling = (sizeClass - FINE_CLASSES) / STEPS;
        int step = (sizeClass - FINE_CLASSES) % STEPS;
        return (FINE_MAX << doubling) + (step + 1) * (FINE_MAX / STEPS << doubling);
    }
}
