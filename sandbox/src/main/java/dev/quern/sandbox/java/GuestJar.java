package dev.quern.sandbox.java;

import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.sandbox.FunctionRefusedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.constant.ClassDesc;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * A jar with a function: its manifest names the class as Main-Class, which is an {@link Entry} or {@link Entries} and has a constructor
 * without parameters. Of Quern its classes see package {@code dev.quern.guest}, and of the JVM all.
 */
public final class GuestJar extends ClassLoader {
    /** Of all classes together, unpacked. */
    private static final long BYTES_MAX = 64L << 20;

    private static final String CLASS = ".class";
    private static final String SDK = Entry.class.getPackageName() + ".";

    private final Map<String, byte[]> resources;
    private final String mainClass;
    private final String function;
    private final boolean isTicking;

    private GuestJar(String function, String mainClass, Map<String, byte[]> resources, boolean isTicking) {
        super("function " + function, ClassLoader.getPlatformClassLoader());
        this.function = function;
        this.mainClass = mainClass;
        this.resources = resources;
        this.isTicking = isTicking;
    }

    /**
     * Reads a jar.
     *
     * @param isTicking whether ticks are put into loops, for a JVM that has no other way into them
     */
    public static GuestJar open(String function, byte[] jar, boolean isTicking) throws FunctionRefusedException {
        Map<String, byte[]> resources = new HashMap<>();
        long total = 0;
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
            Manifest manifest = in.getManifest();
            String main = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                byte[] bytes = in.readNBytes((int) Math.max(0, BYTES_MAX - total + 1));
                total += bytes.length;
                if (total > BYTES_MAX) {
                    throw new FunctionRefusedException(
                            function + ": the jar unpacks to more than " + BYTES_MAX + " bytes");
                }
                resources.put(entry.getName(), bytes);
            }
            if (main == null) {
                throw new FunctionRefusedException(function + ": not a jar with a Main-Class in its manifest:"
                        + " jar --create --file f.jar --main-class Hello -C classes .");
            }
            return new GuestJar(function, main, resources, isTicking);
        } catch (IOException broken) {
            throw new FunctionRefusedException(function + ": not a jar: " + broken.getMessage(), broken);
        }
    }

    /** What makes objects of the main class. */
    public Supplier<Entries> maker() throws FunctionRefusedException {
        Class<?> type;
        Constructor<?> constructor;
        try {
            type = loadClass(mainClass);
            constructor = type.getConstructor();
        } catch (ClassNotFoundException | LinkageError unusable) {
            throw new FunctionRefusedException(
                    function + ": the jar's Main-Class " + mainClass + " cannot be loaded: " + describe(unusable),
                    unusable);
        } catch (NoSuchMethodException none) {
            throw new FunctionRefusedException(
                    function + ": " + mainClass + " has no public constructor without parameters", none);
        }
        if (!Entry.class.isAssignableFrom(type) && !Entries.class.isAssignableFrom(type)) {
            throw new FunctionRefusedException(function + ": " + mainClass + " is neither a " + Entry.class.getName()
                    + " nor " + Entries.class.getName());
        }
        return () -> entriesOf(make(constructor));
    }

    /** What was thrown, and what made it be, for people. */
    public static String describe(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return cause == null ? thrown.toString() : thrown + ", caused by " + cause;
    }

    private static Object make(Constructor<?> constructor) {
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException thrown) {
            throw new IllegalStateException("its constructor failed", thrown.getCause());
        } catch (ReflectiveOperationException refused) {
            throw new IllegalStateException("it cannot be constructed", refused);
        }
    }

    private static Entries entriesOf(Object made) {
        return made instanceof Entries entries ? entries : () -> Map.of("run", (Entry) made);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return name.startsWith(SDK) || name.equals(LoopTicks.class.getName())
                ? Class.forName(name, false, GuestJar.class.getClassLoader())
                : super.loadClass(name, resolve);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = resources.get(name.replace('.', '/') + CLASS);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        try {
            byte[] code = isTicking ? LoopTicks.insert(bytes, hierarchy()) : bytes;
            return defineClass(name, code, 0, code.length);
        } catch (IllegalArgumentException broken) {
            throw new ClassNotFoundException(
                    name + " is no class file that can be read: " + broken.getMessage(), broken);
        }
    }

    /** What is a class and what an interface, and of what: needed to write verification frames anew. */
    private ClassHierarchyResolver hierarchy() {
        return ClassHierarchyResolver.ofResourceParsing(this::classFile)
                .orElse(ClassHierarchyResolver.ofClassLoading(this))
                .orElse(ClassHierarchyResolver.defaultResolver());
    }

    private @Nullable InputStream classFile(ClassDesc type) {
        String descriptor = type.descriptorString();
        byte[] bytes = resources.get(descriptor.substring(1, descriptor.length() - 1) + CLASS);
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        byte[] bytes = resources.get(name);
        return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    }
}
