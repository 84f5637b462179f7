package dev.quern.bench.simulate;

import java.util.ArrayList;
import java.util.List;

/** What a run looked like in each window of 10 ms. */
final class Timeline {
    static final long WINDOW_NS = 10_000_000;

    /**
     * A window.
     *
     * @param atMs when it ended
     * @param usefulShare of all cores' time
     * @param getP99Us 0 if none were answered
     * @param servingShare which part of the cores serve
     */
    record Window(double atMs, double usefulShare, double getP99Us, double servingShare) {}

    private final List<Window> windows = new ArrayList<>();

    void add(Window window) {
        windows.add(window);
    }

    List<Window> windows() {
        return windows;
    }
}
