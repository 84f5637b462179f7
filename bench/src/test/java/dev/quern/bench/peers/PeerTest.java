package dev.quern.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.bench.BenchContext;
import dev.quern.bench.BenchFailedException;
import dev.quern.bench.load.RespConnection;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PeerTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final BenchContext context = new BenchContext(true, new PrintStream(bytes, true, StandardCharsets.UTF_8));

    @BeforeEach
    void needRedis() {
        assumeTrue(Tools.isOnPath("redis-server"), "redis-server is missing: run scripts/setup-redis");
    }

    @Test
    void shouldLoadCheckAndMeasureRedis() throws Exception {
        try (Peer redis = Peer.redis(context)) {
            redis.load(Workload.QUICK);
            redis.checkRecords(context, Workload.QUICK);
            redis.loadLuaNoop();
            redis.checkNoop();
            redis.pause();
            redis.proceed();
            RedisBenchmark.Result gets = RedisBenchmark.run(
                    context, redis.respPort(), Peer.CLIENT_CORE, Workload.QUICK, 5_000, 16, List.of("-t", "get"));
            assertTrue(gets.ratePerSecond() > 0 && gets.p50Us() <= gets.p99Us(), gets.toString());
            assertThrows(
                    BenchFailedException.class,
                    () -> RedisBenchmark.run(
                            context,
                            redis.respPort(),
                            Peer.CLIENT_CORE,
                            Workload.QUICK,
                            100,
                            1,
                            List.of("FCALL", "missing", "0")));
        }
    }

    @Test
    void shouldFollowRecordsOverResp() throws Exception {
        try (Peer redis = Peer.redis(context);
                RespConnection connection = redis.connect()) {
            redis.load(Workload.QUICK);
            byte[] key = Workload.key(77);
            for (int hop = 0; hop < 4; hop++) {
                byte[] value = (byte[]) connection.call(RespConnection.bytes("GET"), key);
                key = java.util.Arrays.copyOf(java.util.Objects.requireNonNull(value), Workload.KEY_LENGTH);
            }
            assertEquals(
                    new String(Workload.key(Workload.QUICK.walk(77, 4)), StandardCharsets.US_ASCII),
                    new String(key, StandardCharsets.US_ASCII));
            assertThrows(BenchFailedException.class, () -> connection.call("NOSUCH"));
        }
    }
}
