package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The graph example against the same walks in Java, over a random graph. */
@Timeout(60)
class GraphTest {
    private static final int CLASSES = 300;

    private final int[][] references = new int[CLASSES][];
    private Rig rig;
    private Rig.Worker worker;

    @BeforeEach
    void load() throws FunctionRefusedException {
        rig = new Rig(Manifest.AUTO);
        worker = rig.worker();
        rig.example("graph");
        Random random = new Random(11);
        for (int id = 0; id < CLASSES; id++) {
            references[id] = random.ints(random.nextInt(5), 0, CLASSES).toArray();
            ByteBuffer value = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
            value.putInt(references[id].length);
            IntStream.of(references[id]).forEach(value::putInt);
            value.putShort((short) 2).put(Rig.bytes("ab"));
            byte[] bytes = new byte[value.flip().remaining()];
            value.get(bytes);
            worker.put(rig.tenant().defaultTable(), key(id), bytes);
        }
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static byte[] key(int id) {
        return ByteBuffer.allocate(5)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 'c')
                .putInt(id)
                .array();
    }

    /** Which are within so many hops of a class, itself included. */
    private BitSet reach(int start, int hops) {
        BitSet reached = new BitSet();
        reached.set(start);
        for (int hop = 0; hop < hops; hop++) {
            BitSet next = (BitSet) reached.clone();
            reached.stream().forEach(id -> IntStream.of(references[id]).forEach(next::set));
            reached = next;
        }
        return reached;
    }

    @Test
    void shouldReachWhatJavaReaches() {
        for (int start = 0; start < CLASSES; start += 17) {
            for (int hops = 0; hops < 6; hops++) {
                assertEquals(FunctionStatus.OK, worker.call("graph.reach", number(start), number(hops)));
                ByteBuffer reply = worker.replyNumbers();
                BitSet expected = reach(start, hops);
                expected.clear(start);
                assertEquals(expected.cardinality(), reply.getInt());
                assertEquals(expected.stream().sum(), reply.getInt());
                assertEquals(hops == 0 ? 0 : reach(start, hops - 1).cardinality(), reply.getInt());
            }
        }
        assertEquals(FunctionStatus.OK, worker.call("graph.reach", number(99_99), number(3)));
        assertEquals(0, worker.replyNumbers().getInt());
        assertEquals(FunctionStatus.FAILED, worker.call("graph.reach", number(70_000), number(3)));
    }

    @Test
    void shouldFindTheMostReached() {
        int[] counts = new int[CLASSES];
        for (int start = 10; start <= 60; start++) {
            BitSet reached = reach(start, 3);
            reached.clear(start);
            reached.stream().forEach(id -> counts[id]++);
        }
        List<Integer> expected = IntStream.range(0, CLASSES)
                .boxed()
                .filter(id -> counts[id] > 0)
                .sorted(Comparator.<Integer>comparingInt(id -> -counts[id]).thenComparing(id -> id))
                .limit(12)
                .toList();
        assertEquals(FunctionStatus.OK, worker.call("graph.most", number(10), number(60), number(3), number(12)));
        ByteBuffer reply = worker.replyNumbers();
        for (int id : expected) {
            assertEquals(id, reply.getInt());
            assertEquals(counts[id], reply.getInt());
        }
        assertEquals(0, reply.remaining());
    }
}
