package dev.quern.server.session;

import dev.quern.protocol.Status;
import dev.quern.server.loop.Core;
import dev.quern.server.loop.Counter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Requests whose work is done on the control thread; their outcomes are kept, so that each stays "executing" until then. Thread: the core's. */
final class ControlWork {
    /** Answers a request by what came of it. */
    @FunctionalInterface
    interface Ended {
        void answer(@Nullable Object result, @Nullable Throwable failure);
    }

    private final Core core;
    private final Reply reply;

    ControlWork(Core core, Reply reply) {
        this.core = core;
        this.reply = reply;
    }

    <T> void begin(Session session, int opcode, int sequence, Callable<T> work, Ended ended) {
        session.executing(1);
        boolean taken = core.control().submit(core, work, (result, failure) -> {
            session.executing(-1);
            if (!session.closed()) {
                reply.to(session, opcode, sequence, true);
                ended.answer(result, failure);
                reply.send();
            }
        });
        if (!taken) {
            session.executing(-1);
            core.counters().increment(Counter.REQUESTS_BUSY);
            reply.status(Status.BUSY);
        }
    }
}
