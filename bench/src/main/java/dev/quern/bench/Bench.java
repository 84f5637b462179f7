package dev.quern.bench;

import java.time.Duration;

/**
 * One benchmark: runs its subject and its peers in one go and reports targets through the {@link BenchContext}.
 *
 * <p>A bench checks its own results with {@link BenchContext#check}; a figure from a wrong answer is worth nothing. It ends every
 * process that it started, whatever happens.
 */
public interface Bench {
    /** What follows {@code scripts/quern bench}; lower case. */
    String name();

    /** What it shows, in one line. */
    String purpose();

    /** What a full run takes on an idle machine, about; {@code bench all} plans by it, and ends a bench that takes far longer. */
    default Duration planned() {
        return Duration.ofMinutes(2);
    }

    /**
     * Runs to the end on the caller's thread.
     *
     * @throws Exception when the run itself failed: its figures are then not to be used
     */
    void run(BenchContext context) throws Exception;
}
