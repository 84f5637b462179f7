package dev.quern.server.metrics;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Tells Prometheus's scrapers, by HTTP, on a thread of its own: {@code GET /metrics}. */
public final class MetricsServer implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("quern-metrics").factory());
    private final HTTPServer http;

    /**
     * Listens at once.
     *
     * @throws IOException when the address cannot be had; the message names it
     */
    public MetricsServer(InetSocketAddress address, MultiCollector metrics) throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(metrics);
        try {
            http = HTTPServer.builder()
                    .inetAddress(address.getAddress())
                    .port(address.getPort())
                    .executorService(thread)
                    .registry(registry)
                    .buildAndStart();
        } catch (IOException refused) {
            thread.shutdown();
            throw new IOException("metrics.listen: " + address + ": " + refused.getMessage(), refused);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return http.getPort();
    }

    @Override
    public void close() {
        http.close();
        thread.shutdown();
    }
}
