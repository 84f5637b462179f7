package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** {@link RunawayConformanceTest} on Espresso. */
@Timeout(300)
class EspressoRunawayTest extends RunawayConformanceTest {
    private static final int CORES = 4;

    @Override
    String runtime() {
        return "espresso";
    }

    /** Has a context for each core that a test calls on: made then, they would take longer than the tests wait. */
    @BeforeAll
    static void makeContexts() throws FunctionRefusedException {
        Deque<Rig.Worker> workers = new ArrayDeque<>();
        try (Rig rig = new Rig("espresso")) {
            rig.example("noop");
            while (workers.size() < CORES) {
                Rig.Worker worker = rig.newWorker();
                workers.push(worker);
                assertEquals(FunctionStatus.OK, worker.call("noop"));
            }
            workers.forEach(Rig.Worker::close);
        }
    }
}
