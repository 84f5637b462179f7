package dev.quern.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.protocol.Opcode;
import dev.quern.protocol.Status;
import dev.quern.protocol.Wire;
import java.lang.management.ManagementFactory;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipelineTest {
    /** For 200,000 requests: the counter itself is no finer than what the JVM's own bookkeeping takes. */
    private static final long ALLOCATED_BYTES_MAX = 1024;

    private static final class Recorder implements PipelineHandler {
        final BitSet seen = new BitSet();
        int count;
        int bytes;
        int lastStatus;
        long lastNumber;

        @Nullable
        QuernException failure;

        private final byte[] value = new byte[4096];

        @Override
        public void onReply(long correlation, Reply reply) {
            seen.set((int) correlation);
            count++;
            lastStatus = reply.status();
            if (reply.ok() && reply.opcode() == Opcode.GET) {
                lastNumber = reply.version();
                bytes += reply.copyValue(value, 0);
            } else if (reply.ok() && reply.opcode() == Opcode.INCREMENT) {
                lastNumber = reply.number();
            }
        }

        @Override
        public void onFailure(long correlation, QuernException cause) {
            count++;
            failure = cause;
        }
    }

    private static QuernClient connect(EchoServer server) {
        return QuernClient.connect(ClientConfig.builder()
                .address(server.address())
                .secret("s")
                .threading(ClientConfig.Threading.INVOKER)
                .build());
    }

    private static void await(QuernClient client, Recorder recorder, int count) {
        while (recorder.count < count) {
            client.poll();
        }
    }

    @Test
    void shouldGetSeveralRecordsByOneRequest() throws Exception {
        byte[][] keys = new byte[40][];
        StringBuilder seen = new StringBuilder();
        PipelineHandler handler = new PipelineHandler() {
            @Override
            public void onReply(long correlation, Reply reply) {
                int count = reply.values((index, version, memory, offset, length) -> {
                    assertEquals(version == 0, length == ValueVisitor.ABSENT);
                    seen.append(index)
                            .append(length == ValueVisitor.ABSENT ? "-" : "=" + Wire.text(memory, offset, length))
                            .append(' ');
                });
                assertEquals(3, count);
                assertThrows(IllegalStateException.class, reply::number);
            }

            @Override
            public void onFailure(long correlation, QuernException cause) {
                throw cause;
            }
        };
        try (TestServer server = TestServer.start("s", 1, 64, 1432);
                QuernClient client = QuernClient.connect(ClientConfig.builder()
                        .address(server.address())
                        .secret("s")
                        .threading(ClientConfig.Threading.INVOKER)
                        .build())) {
            for (int i = 0; i < keys.length; i++) {
                keys[i] = QuernClientTest.bytes("key" + i);
                if (i != 11) {
                    client.await(client.table().put(keys[i], QuernClientTest.bytes("v" + i)));
                }
            }
            assertTrue(client.pipeline(client.table(), handler).getAll(keys, 10, 3, 0));
            while (seen.isEmpty()) {
                client.poll();
            }
            assertEquals("0=v10 1- 2=v12 ", seen.toString());
        }
    }

    @Test
    void shouldAnswerEveryRequestOnce() throws Exception {
        try (TestServer server = TestServer.start("s", 2, 64, 1432);
                QuernClient client = QuernClient.connect(ClientConfig.builder()
                        .address(server.address())
                        .secret("s")
                        .threading(ClientConfig.Threading.INVOKER)
                        .build())) {
            Recorder recorder = new Recorder();
            Pipeline pipeline = client.pipeline(client.table("t"), recorder);
            for (int i = 0; i < 1000; i++) {
                byte[] key = QuernClientTest.bytes("key" + i);
                while (!pipeline.put(key, new byte[i], i)) {
                    client.poll();
                }
            }
            await(client, recorder, 1000);
            assertEquals(1000, recorder.seen.cardinality());
            for (int i = 0; i < 1000; i++) {
                while (!pipeline.get(QuernClientTest.bytes("key" + i), i)) {
                    client.poll();
                }
            }
            await(client, recorder, 2000);
            assertEquals(999 * 1000 / 2, recorder.bytes);
            byte[] key = {'n'};
            assertTrue(pipeline.increment(key, 0, 1, 41, 1));
            await(client, recorder, 2001);
            assertEquals(41, recorder.lastNumber);
            assertTrue(pipeline.delete(key, 0, 1, 1));
            assertTrue(
                    pipeline.invoke(QuernClientTest.bytes("trap"), false, FunctionCall.encodeArguments(key), 0, 9, 1));
            await(client, recorder, 2003);
            assertEquals(Status.FUNCTION_TRAPPED, recorder.lastStatus);
        }
    }

    @Test
    void shouldFailWhatIsOutstandingWhenClosedAndRefuseToPollInACallback() throws Exception {
        try (EchoServer server = EchoServer.start("s", 64)) {
            QuernClient client = connect(server);
            Recorder recorder = new Recorder();
            Pipeline pipeline = client.pipeline(client.table(), recorder);
            byte[] key = {1};
            int taken = 0;
            while (pipeline.get(key, taken)) {
                taken++;
            }
            assertEquals(64, taken);
            client.close();
            assertEquals(64, recorder.count);
            assertInstanceOf(QuernException.Closed.class, recorder.failure);
            assertThrows(QuernException.Closed.class, client::poll);
        }
        try (EchoServer server = EchoServer.start("s", 64);
                QuernClient client = connect(server)) {
            boolean[] refused = {false};
            var callback = client.table().get(new byte[] {1}).thenAccept(value -> {
                assertThrows(IllegalStateException.class, client::poll);
                refused[0] = true;
            });
            client.await(callback);
            assertTrue(refused[0]);
        }
    }

    @Test
    void shouldAllocateNothingPerGetAndPut() throws Exception {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (EchoServer server = EchoServer.start("s", 1024);
                QuernClient client = connect(server)) {
            Recorder recorder = new Recorder();
            Pipeline pipeline = client.pipeline(client.table(), recorder);
            byte[] key = QuernClientTest.bytes("0123456789abcdef");
            byte[] value = new byte[300];
            int count = 200_000;
            // What the JVM allocates until it has linked and compiled all of it is no part of a request.
            long allocated = Long.MAX_VALUE;
            for (int round = 0; round < 20 && allocated > ALLOCATED_BYTES_MAX; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                run(client, pipeline, recorder, key, value, count);
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertNull(recorder.failure);
            assertTrue(allocated <= ALLOCATED_BYTES_MAX, "allocated " + allocated + " bytes in " + count + " requests");
        }
    }

    private static void run(
            QuernClient client, Pipeline pipeline, Recorder recorder, byte[] key, byte[] value, int count) {
        int end = recorder.count + count;
        int sent = 0;
        while (recorder.count < end) {
            while (sent < count
                    && ((sent & 7) == 0
                            ? pipeline.put(key, 0, key.length, value, 0, value.length, 1)
                            : pipeline.get(key, 0, key.length, 1))) {
                sent++;
            }
            client.poll();
        }
    }
}
