package dev.quern.server.cli;

import dev.quern.server.ConfigException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What a server told of itself at one moment, in Prometheus's text format. Immutable. */
final class Scrape {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private record Point(String name, Map<String, String> labels, double value) {}

    private final List<Point> points;
    private final long atNs;

    private Scrape(List<Point> points, long atNs) {
        this.points = points;
        this.atNs = atNs;
    }

    /**
     * Asks a server.
     *
     * @throws ConfigException when nobody answers there
     */
    static Scrape of(HttpClient http, URI metrics) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(metrics).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new ConfigException(
                        metrics + " answers " + answer.statusCode() + ": is that Quern's metrics.listen?");
            }
            return parse(answer.body(), System.nanoTime());
        } catch (IOException refused) {
            throw new ConfigException(metrics + " cannot be read (" + refused
                    + "): start the server with metrics.listen, and give --metrics that address");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ConfigException("interrupted");
        }
    }

    static Scrape parse(String text, long atNs) {
        List<Point> points = new ArrayList<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            int brace = line.indexOf('{');
            if (space > 0) {
                Map<String, String> labels = new LinkedHashMap<>();
                if (brace > 0) {
                    for (String label :
                            line.substring(brace + 1, line.lastIndexOf('}')).split(",")) {
                        int equals = label.indexOf('=');
                        if (equals > 0) {
                            labels.put(label.substring(0, equals), label.substring(equals + 2, label.length() - 1));
                        }
                    }
                }
                points.add(new Point(
                        line.substring(0, brace > 0 ? brace : space),
                        labels,
                        Double.parseDouble(line.substring(space + 1))));
            }
        });
        return new Scrape(points, atNs);
    }

    /** The sum of a metric's points that have these labels, given in pairs. */
    double sum(String name, String... labels) {
        double sum = 0;
        for (Point point : points) {
            if (point.name.equals(name) && has(point, labels)) {
                sum += point.value;
            }
        }
        return sum;
    }

    private static boolean has(Point point, String... labels) {
        for (int i = 0; i < labels.length; i += 2) {
            if (!labels[i + 1].equals(point.labels.get(labels[i]))) {
                return false;
            }
        }
        return true;
    }

    /** By how much a sum grew since an earlier scrape, in a second. */
    double rate(Scrape before, String name, String... labels) {
        double seconds = Math.max(1e-3, (atNs - before.atNs) / 1e9);
        return Math.max(0, sum(name, labels) - before.sum(name, labels)) / seconds;
    }

    /** The values that a label has among a metric's points, in order. */
    Collection<String> values(String name, String label) {
        TreeSet<String> values = new TreeSet<>((one, two) ->
                one.length() == two.length() ? one.compareTo(two) : Integer.compare(one.length(), two.length()));
        for (Point point : points) {
            String value = point.labels.get(label);
            if (point.name.equals(name) && value != null) {
                values.add(value);
            }
        }
        return values;
    }

    /** A label's value of the point that is 1, empty if there is none. */
    String chosen(String name, String label, String where, String is) {
        for (Point point : points) {
            if (point.name.equals(name) && point.value == 1 && has(point, where, is)) {
                return point.labels.getOrDefault(label, "");
            }
        }
        return "";
    }
}
