package dev.quern.sandbox.espresso;

import dev.quern.sandbox.Limits;
import dev.quern.sandbox.NotReadyException;
import dev.quern.sandbox.graal.QuernLanguage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.graalvm.polyglot.Engine;
import org.jspecify.annotations.Nullable;

/**
 * The contexts of this process. There can be a few only, ever: each has copies of the JDK's native libraries in a namespace of the C
 * library's, which has 16 of them and gets none back when a context is closed. So none is: what one tenant is done with waits for the
 * next. Safe on any thread.
 */
final class GuestVms {
    /** The eleventh was the last that could be made. */
    static final int MAX = 10;

    private static final System.Logger LOG = System.getLogger(GuestVms.class.getName());

    private static final Engine ENGINE = Engine.newBuilder(GuestVm.JAVA, QuernLanguage.ID)
            .option("engine.WarnInterpreterOnly", "false")
            // It warns when a context's thread ends before the context does, which is what a core may do.
            .option("log.java.level", "SEVERE")
            .build();
    private static final Deque<GuestVm> IDLE = new ArrayDeque<>();
    private static int count;
    private static boolean isMaking;

    /** Why the last one could not be made; null when it was. */
    private static @Nullable String failure;

    private GuestVms() {}

    /**
     * One that is nobody's now: one that waits, or else a new one, which takes some seconds.
     *
     * @throws IOException when all that there can be are in use
     */
    static synchronized GuestVm take() throws IOException {
        // Not made here: a core that wants one would wait for the lock.
        while (IDLE.isEmpty()) {
            if (!isMaking) {
                checkRoom();
                refill();
            }
            try {
                GuestVms.class.wait();
            } catch (InterruptedException wanted) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while an Espresso context was made", wanted);
            }
            if (IDLE.isEmpty() && !isMaking && failure != null) {
                throw new IOException("no Espresso context could be made: " + failure);
            }
        }
        return IDLE.pop();
    }

    /**
     * One that waits, for a core, which cannot stand still for as long as it takes to make one; that is begun, in the background.
     *
     * @throws IOException when none waits: to try again, unless all that there can be are in use
     */
    static synchronized GuestVm takeWaiting() throws IOException {
        if (IDLE.isEmpty()) {
            if (!isMaking) {
                checkRoom();
            }
            refill();
            throw new NotReadyException(
                    "an Espresso context is being made for it; call again after " + Limits.NOT_READY_RETRY_MS + " ms");
        }
        GuestVm taken = IDLE.pop();
        refill();
        return taken;
    }

    private static void checkRoom() throws IOException {
        if (count == MAX) {
            throw new IOException(
                    "all " + MAX + " Espresso contexts are in use, one for each tenant and core, and there"
                            + " cannot be more; use runtime java");
        }
    }

    /** Gives one back. Nothing of what it ran may be used any more. */
    static synchronized void giveBack(GuestVm unused) {
        IDLE.push(unused);
        GuestVms.class.notifyAll();
    }

    /** Has one wait, made in the background, for the next core to want one. */
    private static synchronized void refill() {
        if (IDLE.isEmpty() && !isMaking && count < MAX) {
            isMaking = true;
            count++;
            Thread.ofPlatform().daemon().name("quern-espresso").start(GuestVms::makeSpare);
        }
    }

    private static void makeSpare() {
        try {
            giveBack(GuestVm.open(ENGINE));
            made(null);
        } catch (IOException | RuntimeException | Error failed) {
            LOG.log(System.Logger.Level.WARNING, "no Espresso context could be made", failed);
            made(String.valueOf(failed.getMessage()));
        }
    }

    private static synchronized void made(@Nullable String failed) {
        failure = failed;
        isMaking = false;
        GuestVms.class.notifyAll();
    }
}
