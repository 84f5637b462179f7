package dev.quern.bench.report;

import dev.quern.bench.plot.LineChart;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The page: for each run its table, rate and latencies by time, latencies by percentile, and by rate where it has steps. */
final class HtmlPage {
    private static final String HEAD = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Load</title><style>
        body { font: 15px/1.4 system-ui, sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em; color: #222 }
        table { border-collapse: collapse; margin: 1em 0 }
        th, td { text-align: right; padding: .2em .8em; border-bottom: 1px solid #ddd }
        th:first-child, td:first-child { text-align: left }
        code { background: #f3f3f3; padding: .1em .3em; overflow-wrap: anywhere }
        svg { max-width: 100%; height: auto }
        .short { color: #b00 }
        </style></head><body>
        <h1>Load</h1>
        """;

    private HtmlPage() {}

    static String of(List<RunResult> runs) {
        StringBuilder page = new StringBuilder(HEAD);
        for (RunResult run : runs) {
            section(page, run);
        }
        return page.append("</body></html>\n").toString();
    }

    private static void section(StringBuilder page, RunResult run) {
        page.append("<h2>").append(escaped(run.target())).append("</h2>\n");
        paragraph(page, escaped(run.workload()));
        paragraph(page, escaped(run.startedAt() + "; " + run.machine()));
        paragraph(page, "<code>" + escaped(run.command()) + "</code>");
        table(page, run.phases());
        rates(page, run);
        latencies(page, run);
        percentiles(page, run);
        steps(page, run);
    }

    private static void paragraph(StringBuilder page, String html) {
        page.append("<p>").append(html).append("</p>\n");
    }

    private static void table(StringBuilder page, List<PhaseResult> phases) {
        page.append("<table><tr><th>phase</th><th>offered /s</th><th>answered /s</th><th>p50 µs</th><th>p99 µs</th>"
                + "<th>p99.9 µs</th><th>max µs</th><th>unsent</th></tr>\n");
        for (PhaseResult phase : phases) {
            page.append(String.format(
                    Locale.ROOT,
                    "<tr%s><td>%s</td><td>%s</td><td>%,.0f</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%,d</td></tr>%n",
                    phase.held() ? "" : " class=\"short\"",
                    escaped(phase.name()),
                    phase.offeredPerSecond() > 0 ? String.format(Locale.ROOT, "%,.0f", phase.offeredPerSecond()) : "",
                    phase.ratePerSecond(),
                    Reports.us(phase.latency().p50Us()),
                    Reports.us(phase.latency().p99Us()),
                    Reports.us(phase.latency().p999Us()),
                    Reports.us(phase.latency().maxUs()),
                    phase.unsent()));
        }
        page.append("</table>\n");
        if (phases.stream().anyMatch(phase -> !phase.held())) {
            paragraph(
                    page,
                    "<span class=\"short\">Red rates were not held: latencies are those of a queue that grows.</span>");
        }
    }

    private static void rates(StringBuilder page, RunResult run) {
        List<double[]> points = new ArrayList<>();
        run.seconds().forEach(second -> points.add(new double[] {second.endS(), second.ratePerSecond()}));
        draw(page, line(new LineChart("Answers by time", "s", "answers/s"), "answers/s", points));
    }

    private static void latencies(StringBuilder page, RunResult run) {
        List<double[]> p50 = new ArrayList<>();
        List<double[]> p99 = new ArrayList<>();
        List<double[]> p999 = new ArrayList<>();
        for (Second second : run.seconds()) {
            p50.add(new double[] {second.endS(), second.latency().p50Us()});
            p99.add(new double[] {second.endS(), second.latency().p99Us()});
            p999.add(new double[] {second.endS(), second.latency().p999Us()});
        }
        LineChart chart = line(new LineChart("Latency by time", "s", "µs").logarithmic(), "p50", p50);
        draw(page, line(line(chart, "p99", p99), "p99.9", p999));
    }

    /** By nines: each unit to the right is a tenth of what is left. */
    private static void percentiles(StringBuilder page, RunResult run) {
        List<double[]> points = new ArrayList<>();
        for (double[] point : run.percentiles()) {
            if (point[0] < 100) {
                points.add(new double[] {-Math.log10(1 - point[0] / 100), point[1]});
            }
        }
        LineChart chart = new LineChart("Latency by percentile, last phase", "nines (1: p90, 2: p99, 3: p99.9)", "µs");
        draw(page, line(chart.logarithmic(), "latency", points));
    }

    private static void steps(StringBuilder page, RunResult run) {
        if (run.phases().size() < 2) {
            return;
        }
        List<double[]> p50 = new ArrayList<>();
        List<double[]> p99 = new ArrayList<>();
        for (PhaseResult phase : run.phases()) {
            p50.add(new double[] {phase.ratePerSecond(), phase.latency().p50Us()});
            p99.add(new double[] {phase.ratePerSecond(), phase.latency().p99Us()});
        }
        LineChart chart = new LineChart("Latency by answered rate", "answers/s", "µs").logarithmic();
        draw(page, line(line(chart, "p50", p50), "p99", p99));
    }

    private static LineChart line(LineChart chart, String name, List<double[]> points) {
        return chart.line(
                name,
                points.stream().mapToDouble(point -> point[0]).toArray(),
                points.stream().mapToDouble(point -> point[1]).toArray());
    }

    private static void draw(StringBuilder page, LineChart chart) {
        if (chart.hasPoints()) {
            page.append(chart.svg());
        }
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
