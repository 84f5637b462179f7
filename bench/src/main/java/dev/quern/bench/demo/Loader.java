package dev.quern.bench.demo;

import dev.quern.bench.workload.ClassGraph;
import dev.quern.client.ClientTable;
import dev.quern.client.QuernClient;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Puts the class graph into a table, many puts at a time. One thread: the client's. */
final class Loader {
    private static final int PUTS_IN_FLIGHT = 512;
    private static final int PROGRESS_EVERY = 10_000;

    private final QuernClient client;
    private final ClientTable table;
    private int inFlight;
    private int done;
    private long bytes;
    private @Nullable Throwable failure;

    Loader(QuernClient client, ClientTable table) {
        this.client = client;
        this.table = table;
    }

    /** Puts both records of every class. */
    void load(ClassGraph graph, IntConsumer progress) {
        for (int id = 0; id < graph.size(); id++) {
            put(ClassGraph.classKey(id), graph.classValue(id), progress);
            put(graph.nameKey(id), ClassGraph.nameValue(id), progress);
        }
        while (inFlight > 0) {
            client.poll();
        }
        if (failure != null) {
            throw new IllegalStateException("a record could not be put", failure);
        }
    }

    private void put(byte[] key, byte[] value, IntConsumer progress) {
        while (inFlight >= PUTS_IN_FLIGHT) {
            client.poll();
        }
        inFlight++;
        bytes += key.length + value.length;
        var _ = table.put(key, value).handle((version, failed) -> {
            inFlight--;
            failure = failure == null ? failed : failure;
            if (++done % PROGRESS_EVERY == 0) {
                progress.accept(done);
            }
            return null;
        });
    }

    /** Records put. */
    int records() {
        return done;
    }

    /** Bytes of their keys and values. */
    long bytes() {
        return bytes;
    }
}
