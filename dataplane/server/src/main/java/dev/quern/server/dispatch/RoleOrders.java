package dev.quern.server.dispatch;

import dev.quern.server.roles.Role;

/** Who gives cores roles by hand. Any thread. */
public interface RoleOrders {
    /**
     * Has a core take a role, with the lanes that go with it; from then on roles change by such orders alone, until {@link #release}. Nothing changes if no
     * other core would serve.
     *
     * @param tenant whom it is dedicated to, or {@link dev.quern.server.roles.LoadSnapshot#NO_TENANT}
     * @return false, with nothing changed, when it cannot be done just now: ask again
     */
    boolean assign(int core, Role to, int tenant);

    /** Has roles follow the load again, where the mode says so. */
    void release();
}
