package dev.quern.server.session;

import dev.quern.protocol.Limits;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One direction of a session's large bodies, by sequence, within the session's bound and its core's. Thread: the core's. */
final class LargeBodies {
    /** What one core's sessions have taken together. */
    static final class Budget {
        private final long bytesMax;
        private long bytes;

        Budget(long bytesMax) {
            this.bytesMax = bytesMax;
        }
    }

    private final Budget budget;
    private final Map<Integer, LargeBody> bodies = new HashMap<>();
    private long bytes;

    LargeBodies(Budget budget) {
        this.budget = budget;
    }

    @Nullable
    LargeBody get(int sequence) {
        return bodies.isEmpty() ? null : bodies.get(sequence);
    }

    /** A new body in place of an older one of this sequence, or null when a bound is reached. */
    @Nullable
    LargeBody create(int sequence, int opcode, int status, int length) {
        remove(sequence);
        if (bodies.size() >= SessionLimits.LARGE_BODIES_PER_SESSION
                || bytes + length > Limits.SESSION_LARGE_BYTES_MAX
                || budget.bytes + length > budget.bytesMax) {
            return null;
        }
        LargeBody body = new LargeBody(sequence, opcode, status, length);
        bodies.put(sequence, body);
        bytes += length;
        budget.bytes += length;
        return body;
    }

    void remove(int sequence) {
        LargeBody body = bodies.isEmpty() ? null : bodies.remove(sequence);
        if (body != null) {
            free(body);
        }
    }

    /** Lets go of what is at or below this sequence: the window has moved past it. */
    void forget(int sequence) {
        if (!bodies.isEmpty()) {
            bodies.values().removeIf(body -> {
                boolean old = body.sequence() - sequence <= 0;
                if (old) {
                    free(body);
                }
                return old;
            });
        }
    }

    /** Takes a body out, for its own requests and replies not to meet it; {@link #free} it when it is done with. */
    LargeBody take(LargeBody body) {
        bodies.remove(body.sequence());
        return body;
    }

    void free(LargeBody body) {
        bytes -= body.length();
        budget.bytes -= body.length();
        body.free();
    }

    void clear() {
        bodies.values().forEach(this::free);
        bodies.clear();
    }
}
