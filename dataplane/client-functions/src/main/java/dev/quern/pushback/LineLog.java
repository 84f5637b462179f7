package dev.quern.pushback;

import dev.quern.sandbox.guest.GuestLog;

/** The lines of one attempt, in this process's log. Thread: its worker's. */
final class LineLog implements GuestLog {
    private static final System.Logger LOG = System.getLogger("dev.quern.pushback");

    private final String function;
    private int lines;

    LineLog(String function) {
        this.function = function;
    }

    @Override
    public boolean admits() {
        return lines < PushbackLimits.LOG_LINES_MAX && LOG.isLoggable(System.Logger.Level.INFO);
    }

    @Override
    public void add(String line) {
        lines++;
        LOG.log(System.Logger.Level.INFO, "{0}: {1}", function, line);
    }
}
