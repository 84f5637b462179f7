package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** What a test of every runtime has: a store, and a worker on the test's thread. */
@Timeout(60)
abstract class RuntimeTest {
    Rig rig;
    Rig.Worker worker;

    /** The name of the runtime under test. */
    abstract String runtime();

    @BeforeEach
    void open() {
        rig = new Rig(runtime());
        worker = rig.worker();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    void assertStatus(int expected, int actual) {
        assertEquals(expected, actual, () -> worker.outcome().error());
    }

    void assertMentions(String... parts) {
        String error = worker.outcome().error();
        for (String part : parts) {
            assertTrue(error.contains(part), () -> "'" + part + "' is missing in: " + error);
        }
    }
}
