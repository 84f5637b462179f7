package dev.quern.sandbox.guest;

/** Where a guest's lines go. Safe on any thread. */
public interface GuestLog {
    /** Takes nothing. */
    GuestLog NONE = new GuestLog() {
        @Override
        public boolean admits() {
            return false;
        }

        @Override
        public void add(String line) {
            throw new IllegalStateException("a line that was not admitted");
        }
    };

    /** Whether a line may be added now; one that may not is counted. To be asked before a line is put together. */
    boolean admits();

    /** Adds a line that was admitted. */
    void add(String line);
}
