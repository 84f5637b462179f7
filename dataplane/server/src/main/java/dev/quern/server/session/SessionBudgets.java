package dev.quern.server.session;

import dev.quern.server.loop.Core;
import dev.quern.server.roles.PushbackPolicy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a server allows its native sessions, and what each core's have used of it: for all native ways in together. Any core's thread. */
public final class SessionBudgets {
    private final SessionConfig config;
    private final PushbackPolicy pushback;
    private final Map<Integer, CoreBudget> cores = new ConcurrentHashMap<>();

    /** For a server that runs all functions itself. */
    public SessionBudgets(SessionConfig config) {
        this(config, PushbackPolicy.NEVER);
    }

    /** @param pushback which invocations are sent back to clients that can run them */
    public SessionBudgets(SessionConfig config, PushbackPolicy pushback) {
        this.config = config;
        this.pushback = pushback;
    }

    SessionConfig config() {
        return config;
    }

    PushbackPolicy pushback() {
        return pushback;
    }

    /** For a door that opens. Thread: the core's. */
    CoreBudget join(Core core) {
        CoreBudget budget = cores.computeIfAbsent(core.index(), index -> new CoreBudget(config));
        budget.doorOpened();
        return budget;
    }

    /** For a door that has closed its sessions. Thread: the core's. */
    void leave(Core core, CoreBudget budget) {
        if (budget.doorClosed()) {
            cores.remove(core.index());
        }
    }
}
