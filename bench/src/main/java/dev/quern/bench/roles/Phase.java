package dev.quern.bench.roles;

import dev.quern.server.dispatch.RoleView;
import dev.quern.server.dispatch.Roles;
import dev.quern.server.roles.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Runs a driver for a time, with windows of a millisecond. */
final class Phase {
    static final long WINDOW_NS = 1_000_000;

    /** Between two looks the thread leaves its processor to the server. */
    static final long PAUSE_NS = 50_000;

    private Phase() {}

    /** How many cores serve now. */
    static int servingCores(Roles roles) {
        RoleView view = roles.view();
        int serving = 0;
        for (int core = 0; core < view.cores(); core++) {
            serving += view.role(core) == Role.SERVING ? 1 : 0;
        }
        return serving;
    }

    /** Sends at these rates, whatever is answered; what could not be sent in time is sent as soon as it can, and counts from when it was due. */
    static List<Driver.Window> open(Driver driver, Roles roles, double getsPerSecond, double callsPerSecond, long ns) {
        List<Driver.Window> windows = new ArrayList<>();
        long beginNs = System.nanoTime();
        long nowNs = beginNs;
        long windowNs = beginNs + WINDOW_NS;
        long getsSent = 0;
        long callsSent = 0;
        while (nowNs - beginNs < ns) {
            nowNs = driver.poll();
            double seconds = (nowNs - beginNs) / 1e9;
            while (getsSent < seconds * getsPerSecond
                    && driver.get(0, beginNs + (long) (getsSent / getsPerSecond * 1e9))) {
                getsSent++;
            }
            while (callsSent < seconds * callsPerSecond
                    && driver.callByAny(beginNs + (long) (callsSent / callsPerSecond * 1e9))) {
                callsSent++;
            }
            LockSupport.parkNanos(PAUSE_NS);
            if (nowNs >= windowNs) {
                windows.add(driver.window(nowNs, servingCores(roles)));
                windowNs = nowNs + WINDOW_NS;
            }
        }
        return windows;
    }

    /** Keeps so many under way. */
    static List<Driver.Window> closed(Driver driver, Roles roles, int gets, int calls, long ns) {
        List<Driver.Window> windows = new ArrayList<>();
        long beginNs = System.nanoTime();
        long nowNs = beginNs;
        long windowNs = beginNs + WINDOW_NS;
        while (nowNs - beginNs < ns) {
            nowNs = driver.poll();
            while (driver.getsUnderWay() < gets && driver.get(0, nowNs)) {
                // As many as go.
            }
            while (driver.callsUnderWay() < calls && driver.callByAny(nowNs)) {
                // As many as go.
            }
            LockSupport.parkNanos(PAUSE_NS);
            if (nowNs >= windowNs) {
                windows.add(driver.window(nowNs, servingCores(roles)));
                windowNs = nowNs + WINDOW_NS;
            }
        }
        return windows;
    }
}
