package dev.quern.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CompilersTest {
    private int runs;

    @Test
    void shouldRunALoadUntilCompilersRest() throws Exception {
        // What went by before a run is asked for, too, and counts for nothing.
        Deque<Double> shares = new ArrayDeque<>(List.of(0.0, 0.9, 0.0, 0.06, 0.9, 0.01));
        assertTrue(Compilers.warm(Duration.ofDays(1), () -> runs++, shares::remove));
        assertEquals(3, runs);
    }

    @Test
    void shouldRunALoadOnceWhereThereIsNoTime() throws Exception {
        assertFalse(Compilers.warm(Duration.ZERO, () -> runs++, () -> 0.5));
        assertEquals(1, runs);
    }

    @Test
    void shouldPassOnWhatALoadFailsWith() {
        assertThrows(
                IOException.class,
                () -> Compilers.of().warm(Duration.ofDays(1), () -> {
                    throw new IOException("no server");
                }));
    }

    @Test
    void shouldFindTheCompilersOfThisProcess() {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/thread-self/schedstat")), "Linux with schedstat only");
        ThreadTimes none = new ThreadTimes(0, "", Map.of());
        assertTrue(
                ThreadTimes.now().ran(none, Compilers::isCompiler) > 0, "compilers have run since the process began");
    }
}
