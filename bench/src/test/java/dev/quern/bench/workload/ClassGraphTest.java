package dev.quern.bench.workload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClassGraphTest {
    /** a → b → c → d, and back from d to a. */
    private static final ClassGraph CIRCLE = ClassGraph.of(Map.of(
            "p.a", Set.of("p.b", "p.a", "not.there"),
            "p.b", Set.of("p.c"),
            "p.c", Set.of("p.d"),
            "p.d", Set.of("p.a")));

    @Test
    void shouldLeaveOutSelfAndUnknownClasses() {
        assertArrayEquals(new int[] {1}, CIRCLE.references(0));
        assertEquals(4, CIRCLE.referenceCount());
    }

    @Test
    void shouldReachAsFarAsHopsAllow() {
        assertArrayEquals(new int[] {0}, CIRCLE.reach(0, 0));
        assertArrayEquals(new int[] {0, 1}, CIRCLE.reach(0, 1));
        assertArrayEquals(new int[] {0, 1, 2}, CIRCLE.reach(0, 2));
        assertArrayEquals(new int[] {0, 1, 2, 3}, CIRCLE.reach(0, 100));
    }

    @Test
    void shouldReadBackWhatItEncodes() {
        byte[] value = CIRCLE.classValue(3);
        assertArrayEquals(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 'p', '.', 'd'}, value);
        assertArrayEquals(CIRCLE.references(3), ClassGraph.referencesIn(value));
        assertEquals("p.d", ClassGraph.nameIn(value));
        assertArrayEquals(new byte[] {'c', 2, 1, 0, 0}, ClassGraph.classKey(258));
        assertArrayEquals(new byte[] {'n', 'p', '.', 'd'}, CIRCLE.nameKey(3));
        assertArrayEquals(new byte[] {2, 1, 0, 0}, ClassGraph.nameValue(258));
    }

    @Test
    void shouldReadTheRunningJdk() {
        List<Integer> progress = new ArrayList<>();
        ClassGraph graph = ClassGraph.ofRunningJdk(progress::add);
        assertTrue(graph.size() > 5_000, "classes: " + graph.size());
        assertTrue(progress.size() >= graph.size() / 1_000 - 1, "told often: " + progress);
        int list = graph.id("java.util.ArrayList");
        int object = graph.id("java.lang.Object");
        assertTrue(Arrays.binarySearch(graph.references(list), graph.id("java.util.AbstractList")) >= 0);
        assertEquals("java.lang.Object", graph.name(object));
        assertEquals(-1, graph.id("no.such.Class"));
        assertTrue(Arrays.stream(graph.reach(list, 2)).anyMatch(id -> id == object));
    }
}
