package dev.quern.server.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collects data points by their metric's name. Thread: one. */
final class Families {
    private final Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();
    private final Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();

    /** With labels in pairs of name and value. */
    void counter(String name, String help, Number value, String... labels) {
        counters.computeIfAbsent(
                        name, fresh -> CounterSnapshot.builder().name(fresh).help(help))
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .value(value.doubleValue())
                        .labels(Labels.of(labels))
                        .build());
    }

    /** With labels in pairs of name and value. */
    void gauge(String name, String help, Number value, String... labels) {
        gauges.computeIfAbsent(
                        name, fresh -> GaugeSnapshot.builder().name(fresh).help(help))
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value.doubleValue())
                        .labels(Labels.of(labels))
                        .build());
    }

    MetricSnapshots build() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        counters.values().forEach(family -> all.metricSnapshot(family.build()));
        gauges.values().forEach(family -> all.metricSnapshot(family.build()));
        return all.build();
    }
}
