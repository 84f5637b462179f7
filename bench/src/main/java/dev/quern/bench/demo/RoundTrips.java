package dev.quern.bench.demo;

import dev.quern.bench.workload.ClassGraph;
import dev.quern.client.ClientTable;
import dev.quern.client.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The answer worked out by the client: level by level, each level's records fetched together, as a careful application would. One
 * round trip a hop, however many records the level has.
 */
final class RoundTrips implements ReachQuery {
    /** Records in one multi-get: about what one datagram of loopback or shared memory takes as its answer. */
    private static final int KEYS_PER_REQUEST = 32;

    private final ClientTable table;

    RoundTrips(ClientTable table) {
        this.table = table;
    }

    @Override
    public CompletableFuture<ReachAnswer> ask(int start, int hops) {
        Walk walk = new Walk(start, hops);
        walk.fetchLevel();
        return walk.answer;
    }

    /** One query on its way. */
    private final class Walk {
        private final CompletableFuture<ReachAnswer> answer = new CompletableFuture<>();
        private final BitSet seen = new BitSet();
        private int[] level;
        private int hopsLeft;
        private int requestsOpen;
        private int recordsRead;
        private int checksum;
        private int count;

        Walk(int start, int hops) {
            level = new int[] {start};
            hopsLeft = hops;
            seen.set(start);
        }

        void fetchLevel() {
            if (hopsLeft == 0 || level.length == 0) {
                answer.complete(new ReachAnswer(count, checksum, recordsRead));
                return;
            }
            hopsLeft--;
            int[] ids = level;
            Next next = new Next();
            requestsOpen = (ids.length + KEYS_PER_REQUEST - 1) / KEYS_PER_REQUEST;
            for (int from = 0; from < ids.length; from += KEYS_PER_REQUEST) {
                int to = Math.min(from + KEYS_PER_REQUEST, ids.length);
                List<byte[]> keys = new ArrayList<>(to - from);
                for (int i = from; i < to; i++) {
                    keys.add(ClassGraph.classKey(ids[i]));
                }
                // What fails, fetching or counting, fails the answer; the last stage's own future has nothing to tell.
                var _ = table.multiGet(keys)
                        .thenAccept(values -> arrive(next, values))
                        .exceptionally(this::fail);
            }
        }

        private @Nullable Void fail(Throwable cause) {
            answer.completeExceptionally(cause);
            return null;
        }

        private void arrive(Next next, List<@Nullable Value> values) {
            for (Value value : values) {
                if (value == null) {
                    throw new IllegalStateException("a class's record is missing");
                }
                recordsRead++;
                for (int target : ClassGraph.referencesIn(value.bytes())) {
                    if (!seen.get(target)) {
                        seen.set(target);
                        next.add(target);
                        checksum += target;
                        count++;
                    }
                }
            }
            if (--requestsOpen == 0) {
                level = next.ids();
                fetchLevel();
            }
        }
    }

    /** The ids of the level that is being found. */
    private static final class Next {
        private int[] ids = new int[64];
        private int count;

        void add(int id) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
            }
            ids[count++] = id;
        }

        int[] ids() {
            return Arrays.copyOf(ids, count);
        }
    }
}
