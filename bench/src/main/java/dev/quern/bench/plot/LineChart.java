package dev.quern.bench.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Lines over a common pair of axes that begin at 0, unless the upright one goes by powers of ten, as a picture in SVG. Thread: one. */
public final class LineChart {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 210;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final int TICKS = 5;

    /** Told apart with colour blindness, too (Okabe and Ito 2008). */
    private static final String[] COLOURS = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"
    };

    private static final class Line {
        final String name;
        final double[] x;
        final double[] y;

        Line(String name, double[] x, double[] y) {
            this.name = name;
            this.x = x;
            this.y = y;
        }
    }

    private final String title;
    private final String xName;
    private final String yName;
    private final List<Line> lines = new ArrayList<>();
    private boolean isLogarithmic;

    public LineChart(String title, String xName, String yName) {
        this.title = title;
        this.xName = xName;
        this.yName = yName;
    }

    /** Has the upright axis go by powers of ten; points at 0 are left out. Before any line is added. */
    public LineChart logarithmic() {
        isLogarithmic = true;
        return this;
    }

    /** Whether there is anything to draw. */
    public boolean hasPoints() {
        return lines.stream().anyMatch(line -> line.x.length > 0);
    }

    /** Adds a line through such points, none of them below 0. */
    public LineChart line(String name, double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException(
                    "points of a line have both coordinates: x=" + x.length + ", y=" + y.length);
        }
        int[] drawn = IntStream.range(0, x.length)
                .filter(i -> !isLogarithmic || y[i] > 0)
                .toArray();
        lines.add(new Line(
                name,
                IntStream.of(drawn).mapToDouble(i -> x[i]).toArray(),
                IntStream.of(drawn).mapToDouble(i -> y[i]).toArray()));
        return this;
    }

    /** The picture. */
    public String svg() {
        double xMax = 0;
        double yMax = 0;
        double yMin = Double.POSITIVE_INFINITY;
        for (Line line : lines) {
            for (double x : line.x) {
                xMax = Math.max(xMax, x);
            }
            for (double y : line.y) {
                yMax = Math.max(yMax, y);
                yMin = Math.min(yMin, y);
            }
        }
        xMax = round(xMax);
        // By powers of ten: whole ones, and one at the least.
        yMin = isLogarithmic && hasPoints() ? Math.floor(Math.log10(yMin)) : 0;
        yMax = !isLogarithmic ? round(yMax) : hasPoints() ? Math.max(Math.ceil(Math.log10(yMax)), yMin + 1) : 1;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"13\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                WIDTH,
                HEIGHT));
        text(svg, LEFT, TOP - 15, "start", title);
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", xName);
        svg.append(String.format(
                Locale.ROOT,
                "<text transform=\"translate(18 %.0f) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
                (TOP + HEIGHT - BOTTOM) / 2.0,
                escaped(yName)));
        for (int tick = 0; tick <= TICKS; tick++) {
            double x = at(tick, TICKS, LEFT, WIDTH - RIGHT);
            svg.append(String.format(
                    Locale.ROOT, "<path d=\"M%.1f %d V%d\" stroke=\"#ddd\"/>%n", x, TOP, HEIGHT - BOTTOM));
            text(svg, x, HEIGHT - BOTTOM + 18, "middle", number(xMax * tick / TICKS));
        }
        int yTicks = isLogarithmic ? (int) Math.round(yMax - yMin) : TICKS;
        for (int tick = 0; tick <= yTicks; tick++) {
            double y = at(tick, yTicks, HEIGHT - BOTTOM, TOP);
            svg.append(
                    String.format(Locale.ROOT, "<path d=\"M%d %.1f H%d\" stroke=\"#ddd\"/>%n", LEFT, y, WIDTH - RIGHT));
            double value = yMin + (yMax - yMin) * tick / yTicks;
            text(svg, LEFT - 6, y + 4, "end", number(isLogarithmic ? Math.pow(10, value) : value));
        }
        for (int i = 0; i < lines.size(); i++) {
            line(svg, lines.get(i), i, xMax, yMin, yMax);
        }
        return svg.append("</svg>\n").toString();
    }

    private void line(StringBuilder svg, Line line, int number, double xMax, double yMin, double yMax) {
        String colour = COLOURS[number % COLOURS.length];
        svg.append("<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"")
                .append(colour)
                .append("\" points=\"");
        for (int i = 0; i < line.x.length; i++) {
            double value = isLogarithmic ? Math.log10(line.y[i]) : line.y[i];
            svg.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    at(line.x[i], xMax, LEFT, WIDTH - RIGHT),
                    at(value - yMin, yMax - yMin, HEIGHT - BOTTOM, TOP)));
        }
        svg.append("\"/>\n");
        int y = TOP + 10 + 20 * number;
        svg.append(String.format(
                Locale.ROOT,
                "<path d=\"M%d %d h20\" stroke-width=\"3\" stroke=\"%s\"/>%n",
                WIDTH - RIGHT + 12,
                y,
                colour));
        text(svg, WIDTH - RIGHT + 38, y + 4, "start", line.name);
    }

    private static double at(double value, double max, double from, double to) {
        return from + (to - from) * value / max;
    }

    /** The next of 1, 2, 2.5 and 5 times a power of ten. */
    private static double round(double max) {
        if (!(max > 0)) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(max)));
        for (double step : new double[] {1, 2, 2.5, 5}) {
            if (max <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static String number(double value) {
        return value >= 100 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                escaped(text)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
