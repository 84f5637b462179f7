package dev.quern.sandbox.guest;

/** Where a guest's lines go. Safe on any thread. */
public interface GuestLog {
    /** Whether a line may be added now; one that may not is counted. To be asked before a line is put together. */
    boolean admits();

    /** Adds a line that was admitted. */
    void add(String line);
}
