package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.sandbox.guest.Pace;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a core and a watchdog that interrupts it have agreed on. */
@Timeout(60)
class CoreCallTest {
    private static final int CALLS = 200_000;

    /** Fewer, as each claim has the kernel interrupt every core, and the watchdog here asks without a pause. */
    private static final int KILLS = 2_000;

    /** An isolate whose interrupt is a flag. */
    private static final class Flagged implements FunctionRuntime.Isolate {
        private volatile boolean isInterrupted;

        @Override
        public FunctionRuntime.Instance instantiate(
                FunctionRuntime.Module module, FunctionRuntime.InstanceMemory memory) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void enterOn(Thread thread) {}

        @Override
        public void rest() {}

        @Override
        public void interrupt() {
            isInterrupted = true;
        }

        @Override
        public void pause() {}

        @Override
        public void clearInterrupt() {
            isInterrupted = false;
        }

        @Override
        public void close() {}
    }

    @Test
    void shouldInterruptNobodyAfterACallsEnd() throws Exception {
        try (Rig rig = new Rig("chicory")) {
            rig.example("noop");
            Function noop = rig.function(rig.tenant(), "noop");
            CoreCall call = new CoreCall(0, new Pace(nowNs -> {}));
            Flagged isolate = new Flagged();
            AtomicBoolean isOver = new AtomicBoolean();
            Thread watchdog = Thread.ofPlatform().daemon().start(() -> {
                while (!isOver.get()) {
                    call.endIfOver(System.nanoTime());
                }
            });
            int ended = 0;
            // A busy machine may let the watchdog begin late.
            for (int i = 0; i < CALLS || ended == 0; i++) {
                // Over as it begins.
                call.begin(noop, isolate, System.nanoTime(), 0);
                if (i % 2 == 0) {
                    Thread.onSpinWait();
                }
                ended += call.end() ? 1 : 0;
                for (int look = 0; look < 20; look++) {
                    assertFalse(isolate.isInterrupted);
                }
            }
            isOver.set(true);
            watchdog.join();
            assertFalse(isolate.isInterrupted);
        }
    }

    @Test
    void shouldBeKilledAlsoWhileTheWatchdogAsksForASafePoint() throws Exception {
        try (Rig rig = new Rig("chicory")) {
            rig.example("noop");
            Function noop = rig.function(rig.tenant(), "noop");
            CoreCall call = new CoreCall(0, new Pace(nowNs -> {}));
            Flagged isolate = new Flagged();
            AtomicBoolean isOver = new AtomicBoolean();
            Thread watchdog = Thread.ofPlatform().daemon().start(() -> {
                while (!isOver.get()) {
                    call.pauseIfSilent(Long.MAX_VALUE / 2);
                }
            });
            try {
                for (int i = 0; i < KILLS; i++) {
                    call.begin(noop, isolate, 0, Long.MAX_VALUE / 2);
                    assertTrue(call.kill(rig.tenant()));
                    assertTrue(call.end());
                }
            } finally {
                isOver.set(true);
            }
            watchdog.join();
        }
    }

    /** Tenants are numbered by their store, and functions warm up in a store of their own. */
    @Test
    void shouldNotBeKilledForAnotherStoresTenantOfTheSameNumber() throws Exception {
        try (Rig rig = new Rig("chicory");
                Rig other = new Rig("chicory")) {
            rig.example("noop");
            assertEquals(rig.tenant().id(), other.tenant().id());
            CoreCall call = new CoreCall(0, new Pace(nowNs -> {}));
            Flagged isolate = new Flagged();
            call.begin(rig.function(rig.tenant(), "noop"), isolate, 0, Long.MAX_VALUE / 2);
            assertFalse(call.kill(other.tenant()));
            assertFalse(isolate.isInterrupted);
            assertFalse(call.end());
        }
    }
}
