package dev.quern.sandbox.espresso.guest;

import dev.quern.guest.Call;
import dev.quern.guest.Entry;
import dev.quern.sandbox.java.GuestJar;

/** An entry that the host runs. What it throws stays here, for the host to ask: exceptions are dear to hand over. */
public final class GuestEntry {
    /** Returned for a run that did not come to its end. */
    public static final long THROWN = 1L << Integer.SIZE;

    private final Entry entry;
    private final Call call;
    private String thrown = "";

    GuestEntry(Entry entry, Call call) {
        this.entry = entry;
        this.call = call;
    }

    /** What the entry returned, or {@link #THROWN}. */
    @SuppressWarnings("CatchingUnchecked") // whatever a function throws
    public long run() {
        try {
            return Integer.toUnsignedLong(entry.run(call));
        } catch (StackOverflowError tooDeep) {
            thrown = "call stack exhausted";
        } catch (Throwable any) {
            thrown = GuestJar.describe(any);
        }
        return THROWN;
    }

    /** What the last run threw, for people. */
    public String thrown() {
        return thrown;
    }
}
