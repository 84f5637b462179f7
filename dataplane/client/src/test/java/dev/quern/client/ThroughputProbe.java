package dev.quern.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * What one client thread can do against {@link EchoServer}, the fastest server there is: an upper bound for every figure with a real
 * one. Not a test. Arguments: seconds, secret (or none), window.
 *
 * <pre>
 * java @scripts/jvm.options -cp dataplane/client/target/classes:dataplane/client/target/test-classes:dataplane/protocol/target/classes:$JSPECIFY \
 *     dev.quern.client.ThroughputProbe 3 s 1024
 * </pre>
 */
final class ThroughputProbe {
    private static final class Counter implements PipelineHandler {
        long replies;
        long bytes;
        final byte[] value = new byte[4096];

        @Override
        public void onReply(long correlation, Reply reply) {
            replies++;
            bytes += reply.copyValue(value, 0);
        }

        @Override
        public void onFailure(long correlation, QuernException cause) {
            if (!(cause instanceof QuernException.Closed)) {
                throw cause;
            }
        }
    }

    private ThroughputProbe() {}

    public static void main(String[] arguments) throws Exception {
        long seconds = Long.parseLong(arguments[0]);
        String secret = arguments.length > 1 ? arguments[1] : "";
        int window = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1024;
        for (int round = 0; round < 4; round++) {
            System.out.printf("pipeline, polled: %.2f M gets/s%n", polled(secret, window, seconds) / 1e6);
        }
        System.out.printf("futures, own I/O thread: %.2f M gets/s%n", futures(secret, window, seconds) / 1e6);
    }

    private static double polled(String secret, int window, long seconds) throws Exception {
        try (EchoServer server = EchoServer.start(secret, window);
                QuernClient client = QuernClient.connect(ClientConfig.builder()
                        .address(server.address())
                        .secret(secret)
                        .threading(ClientConfig.Threading.INVOKER)
                        .requestTimeout(Duration.ofSeconds(60))
                        .build())) {
            Counter counter = new Counter();
            Pipeline pipeline = client.pipeline(client.table(), counter);
            byte[] key = "0123456789abcdef".getBytes(StandardCharsets.UTF_8);
            long start = System.nanoTime();
            long end = start + seconds * 1_000_000_000;
            while (System.nanoTime() < end) {
                for (int i = 0; i < 256 && pipeline.get(key, 0, key.length, i); i++) {
                    // A datagram's worth, then a look at what came back.
                }
                client.poll();
            }
            if (counter.bytes != counter.replies * 100) {
                throw new IllegalStateException("values came back wrong");
            }
            return counter.replies * 1e9 / (System.nanoTime() - start);
        }
    }

    private static double futures(String secret, int window, long seconds) throws Exception {
        try (EchoServer server = EchoServer.start(secret, window);
                QuernClient client = QuernClient.connect(ClientConfig.builder()
                        .address(server.address())
                        .secret(secret)
                        .build())) {
            byte[] key = "0123456789abcdef".getBytes(StandardCharsets.UTF_8);
            Semaphore permits = new Semaphore(window);
            long replies = 0;
            long start = System.nanoTime();
            long end = start + seconds * 1_000_000_000;
            while (System.nanoTime() < end) {
                permits.acquire();
                var _ = client.table().get(key).whenComplete((value, failure) -> permits.release());
                replies++;
            }
            permits.acquire(window);
            return replies * 1e9 / (System.nanoTime() - start);
        }
    }
}
