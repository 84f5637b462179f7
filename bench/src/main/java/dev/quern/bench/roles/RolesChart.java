package dev.quern.bench.roles;

import dev.quern.bench.plot.LineChart;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What was answered over time, how long it took, and how many cores served meanwhile. */
final class RolesChart {
    private RolesChart() {}

    /**
     * The picture.
     *
     * @param windows of about the same length, one after the other
     * @param windowMs that length
     */
    static String svg(String title, List<Driver.Window> windows, double windowMs) {
        long beginNs = windows.isEmpty() ? 0 : windows.getFirst().atNs();
        double[] atMs = values(windows, window -> (window.atNs() - beginNs) / 1e6);
        LineChart chart = new LineChart(title, "ms", "answered in a ms; waits; serving cores");
        if (windows.stream().anyMatch(window -> window.gets() > 0)) {
            chart.line("gets / 100", atMs, values(windows, window -> window.gets() / windowMs / 100));
        }
        return chart.line("calls", atMs, values(windows, window -> window.calls() / windowMs))
                .line("serving cores x 10", atMs, values(windows, window -> 10.0 * window.servingCores()))
                .line(
                        "p99, 100 us",
                        atMs,
                        values(windows, window -> Math.max(window.getP99Ns(), window.callP99Ns()) / 1e5))
                .svg();
    }

    private static double[] values(List<Driver.Window> windows, ToDoubleFunction<Driver.Window> value) {
        return windows.stream().mapToDouble(value).toArray();
    }
}
