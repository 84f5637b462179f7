package dev.quern.bench.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * Which class refers to which, among every class of every module of the running JDK: real data that every machine has which can run
 * us. A class's id is its place in the sorted names; its references are the other classes that its constant pool names.
 *
 * <p>As records: {@code 'c' id} (5 bytes) → {@code [u32 n][n × u32 id][u16 name length][name]}, and {@code 'n' name} →
 * {@code u32 id}; little-endian, names in UTF-8 with dots, references ascending. Immutable; safe on any thread.
 */
public final class ClassGraph {
    private static final int PROGRESS_EVERY = 1_000;

    private final String[] names;
    private final int[][] references;

    private ClassGraph(String[] names, int[][] references) {
        this.names = names;
        this.references = references;
    }

    /**
     * Reads the graph of the running JDK; takes some seconds.
     *
     * @param progress told now and then how many classes were read so far
     */
    public static ClassGraph ofRunningJdk(IntConsumer progress) {
        TreeMap<String, Set<String>> referencesByName = new TreeMap<>();
        Path modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
        try (Stream<Path> files = Files.walk(modules)) {
            files.filter(ClassGraph::isClass).forEach(file -> {
                ClassModel model = ClassFile.of().parse(readAll(file));
                referencesByName.put(className(model.thisClass()), referencesOf(model));
                if (referencesByName.size() % PROGRESS_EVERY == 0) {
                    progress.accept(referencesByName.size());
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(referencesByName);
    }

    /** A graph of given classes; a reference to a class that is not among them is left out. */
    static ClassGraph of(Map<String, Set<String>> referencesByName) {
        String[] names = referencesByName.keySet().toArray(String[]::new);
        Arrays.sort(names);
        int[][] references = new int[names.length][];
        for (int id = 0; id < names.length; id++) {
            int self = id;
            references[id] = referencesByName.getOrDefault(names[id], Set.of()).stream()
                    .mapToInt(name -> Arrays.binarySearch(names, name))
                    .filter(target -> target >= 0 && target != self)
                    .sorted()
                    .toArray();
        }
        return new ClassGraph(names, references);
    }

    private static boolean isClass(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".class") && !name.equals("module-info.class") && !name.equals("package-info.class");
    }

    private static byte[] readAll(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> referencesOf(ClassModel model) {
        Set<String> found = new HashSet<>();
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof ClassEntry reference) {
                found.add(className(reference));
            }
        }
        return found;
    }

    /** The dotted name; of an array, its element's (a primitive's letter then, which names no class). */
    private static String className(ClassEntry entry) {
        String internal = entry.asInternalName();
        int dimensions = 0;
        while (internal.charAt(dimensions) == '[') {
            dimensions++;
        }
        if (dimensions > 0 && internal.endsWith(";")) {
            internal = internal.substring(dimensions + 1, internal.length() - 1);
        } else {
            internal = internal.substring(dimensions);
        }
        return internal.replace('/', '.');
    }

    /** How many classes there are; ids run from 0 up to it. */
    public int size() {
        return names.length;
    }

    public String name(int id) {
        return names[id];
    }

    /** The id of a class by its dotted name, or -1. */
    public int id(String name) {
        int found = Arrays.binarySearch(names, name);
        return found >= 0 ? found : -1;
    }

    /** The ids of the classes that this one refers to, ascending. */
    public int[] references(int id) {
        return references[id].clone();
    }

    /** How many references there are in all. */
    public long referenceCount() {
        return Stream.of(references).mapToLong(each -> each.length).sum();
    }

    /** The key of a class's record. */
    public static byte[] classKey(int id) {
        byte[] key = new byte[1 + Integer.BYTES];
        little(key).put((byte) 'c').putInt(id);
        return key;
    }

    /** The value of a class's record. */
    public byte[] classValue(int id) {
        byte[] name = names[id].getBytes(StandardCharsets.UTF_8);
        int[] targets = references[id];
        byte[] value = new byte[Integer.BYTES + targets.length * Integer.BYTES + Short.BYTES + name.length];
        ByteBuffer buffer = little(value).putInt(targets.length);
        for (int target : targets) {
            buffer.putInt(target);
        }
        buffer.putShort((short) name.length).put(name);
        return value;
    }

    /** The key of a name's record. */
    public byte[] nameKey(int id) {
        byte[] name = names[id].getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[1 + name.length];
        little(key).put((byte) 'n').put(name);
        return key;
    }

    /** The value of a name's record. */
    public static byte[] nameValue(int id) {
        byte[] value = new byte[Integer.BYTES];
        little(value).putInt(id);
        return value;
    }

    /** The references in a class's record. */
    public static int[] referencesIn(byte[] classValue) {
        ByteBuffer value = little(classValue);
        int[] targets = new int[value.getInt()];
        value.asIntBuffer().get(targets);
        return targets;
    }

    /** The name in a class's record. */
    public static String nameIn(byte[] classValue) {
        ByteBuffer value = little(classValue);
        value.position(Integer.BYTES + value.getInt() * Integer.BYTES);
        byte[] name = new byte[Short.toUnsignedInt(value.getShort())];
        value.get(name);
        return new String(name, StandardCharsets.UTF_8);
    }

    /** The ids within {@code hops} of a class, itself included, worked out here and not in a store: what answers are checked against. */
    public int[] reach(int start, int hops) {
        boolean[] seen = new boolean[names.length];
        int[] reached = new int[names.length];
        int count = 0;
        seen[start] = true;
        reached[count++] = start;
        int levelStart = 0;
        for (int hop = 0; hop < hops; hop++) {
            int levelEnd = count;
            for (int i = levelStart; i < levelEnd; i++) {
                for (int target : references[reached[i]]) {
                    if (!seen[target]) {
                        seen[target] = true;
                        reached[count++] = target;
                    }
                }
            }
            levelStart = levelEnd;
        }
        return Arrays.copyOf(reached, count);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
