package dev.quern.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A line chart as SVG, to stand within a page. One thread. */
final class LineChart {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 300;
    private static final int LEFT = 80;
    private static final int RIGHT = 90;
    private static final int TOP = 36;
    private static final int BOTTOM = 44;
    private static final int TICKS = 5;
    private static final String[] COLOURS = {"#1f77b4", "#d95f02", "#7570b3", "#1b9e77"};

    /** @param points pairs of x and y */
    record Line(String name, List<double[]> points) {}

    private final String title;
    private final String xName;
    private final String yName;
    private final boolean isLogarithmic;
    private final List<Line> lines = new ArrayList<>();

    /** @param isLogarithmic whether the y axis goes by powers of ten; then no y is 0 or less */
    LineChart(String title, String xName, String yName, boolean isLogarithmic) {
        this.title = title;
        this.xName = xName;
        this.yName = yName;
        this.isLogarithmic = isLogarithmic;
    }

    LineChart add(Line line) {
        List<double[]> points = line.points.stream()
                .filter(point -> !isLogarithmic || point[1] > 0)
                .toList();
        if (!points.isEmpty()) {
            lines.add(new Line(line.name, points));
        }
        return this;
    }

    /** The chart; nothing when no line has a point. */
    String svg() {
        if (lines.isEmpty()) {
            return "";
        }
        double xMin = min(0);
        double xMax = Math.max(max(0), xMin + 1e-9);
        double yMin = isLogarithmic ? Math.floor(Math.log10(min(1))) : 0;
        double yMax = isLogarithmic ? Math.max(Math.ceil(Math.log10(max(1))), yMin + 1) : Math.max(max(1) * 1.1, 1e-9);
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" font-family=\"system-ui,"
                        + " sans-serif\" font-size=\"12\">%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        text(svg, LEFT, 20, "start", "<tspan font-weight=\"bold\">" + HtmlPage.escaped(title) + "</tspan>");
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", HtmlPage.escaped(xName));
        text(svg, LEFT - 8, TOP - 4, "end", HtmlPage.escaped(yName));
        int yTicks = isLogarithmic ? (int) Math.round(yMax - yMin) : TICKS;
        for (int i = 0; i <= yTicks; i++) {
            double value = yMin + (yMax - yMin) * i / yTicks;
            double at = y(value, yMin, yMax);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                    LEFT,
                    WIDTH - RIGHT,
                    at,
                    at));
            text(svg, LEFT - 8, at + 4, "end", number(isLogarithmic ? Math.pow(10, value) : value));
        }
        for (int i = 0; i <= TICKS; i++) {
            double value = xMin + (xMax - xMin) * i / TICKS;
            text(svg, x(value, xMin, xMax), HEIGHT - BOTTOM + 18, "middle", number(value));
        }
        for (int i = 0; i < lines.size(); i++) {
            line(svg, lines.get(i), COLOURS[i % COLOURS.length], i, new double[] {xMin, xMax, yMin, yMax});
        }
        return svg.append("</svg>\n").toString();
    }

    private void line(StringBuilder svg, Line line, String colour, int number, double[] bounds) {
        StringBuilder points = new StringBuilder();
        for (double[] point : line.points) {
            double value = isLogarithmic ? Math.log10(point[1]) : point[1];
            points.append(String.format(
                    Locale.ROOT, "%.1f,%.1f ", x(point[0], bounds[0], bounds[1]), y(value, bounds[2], bounds[3])));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" points=\"%s\"/>%n",
                colour,
                points));
        int at = TOP + 16 * number;
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"3\" fill=\"%s\"/>%n",
                WIDTH - RIGHT + 10,
                at,
                colour));
        text(svg, WIDTH - RIGHT + 24.0, at + 5, "start", HtmlPage.escaped(line.name));
    }

    private static double x(double value, double min, double max) {
        return LEFT + (value - min) / (max - min) * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double min, double max) {
        return HEIGHT - BOTTOM - (value - min) / (max - min) * (HEIGHT - TOP - BOTTOM);
    }

    private double min(int dimension) {
        return lines.stream()
                .flatMap(line -> line.points.stream())
                .mapToDouble(point -> point[dimension])
                .min()
                .orElseThrow();
    }

    private double max(int dimension) {
        return lines.stream()
                .flatMap(line -> line.points.stream())
                .mapToDouble(point -> point[dimension])
                .max()
                .orElseThrow();
    }

    private static String number(double value) {
        return Math.abs(value) >= 100 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String html) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, html));
    }
}
