package dev.quern.sandbox.espresso;

import com.oracle.truffle.api.TruffleLanguage.Env;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.guest.Entry;
import dev.quern.sandbox.espresso.guest.GuestFunction;
import dev.quern.sandbox.espresso.guest.HostCalls;
import dev.quern.sandbox.graal.QuernLanguage;
import dev.quern.sandbox.guest.CallState;
import dev.quern.sandbox.guest.Pace;
import dev.quern.sandbox.guest.ReplyBuffer;
import dev.quern.sandbox.guest.StoreCalls;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * A JVM inside of this one: an Espresso context with the classes that functions in Java are written with. It uses this JVM's class library
 * and native libraries of its own copy. One thread at a time, but for {@link #environment}.
 */
final class GuestVm {
    static final String JAVA = "java";

    private static final int WARM_REPLY_BYTES = 4096;

    private final Context context;
    private final Env environment;
    private final Value loader;

    private GuestVm(Context context, Env environment, Value loader) {
        this.context = context;
        this.environment = environment;
        this.loader = loader;
    }

    /**
     * Makes one, which takes some seconds.
     *
     * @throws IOException when it cannot be made
     */
    static GuestVm open(Engine engine) throws IOException {
        Context context = Context.newBuilder(JAVA, QuernLanguage.ID)
                .engine(engine)
                .allowHostAccess(HostAccess.EXPLICIT)
                // Without it there is no class library: its native half is called as any native code is.
                .allowNativeAccess(true)
                .allowCreateThread(true)
                .allowExperimentalOptions(true)
                .option("java.JavaHome", System.getProperty("java.home"))
                .option("java.Classpath", classPath())
                .option("java.Polyglot", "true")
                .option("java.PolyglotInterfaceMappings", HostCalls.class.getName())
                .option("java.EnableNativeAccess", "ALL-UNNAMED")
                .option("java.SunMiscUnsafeMemoryAccess", "allow")
                .build();
        try {
            Env environment = QuernLanguage.environment(context);
            Value loader = context.getBindings(JAVA).getMember(GuestFunction.class.getName());
            warm(loader);
            return new GuestVm(context, environment, loader);
        } catch (PolyglotException | IllegalStateException failed) {
            context.close(true);
            throw new IOException("no Espresso context could be made: " + failed.getMessage(), failed);
        }
    }

    private static void warm(Value loader) throws IOException {
        try (ReplyBuffer reply = new ReplyBuffer(WARM_REPLY_BYTES);
                ReplyBuffer answer = new ReplyBuffer(WARM_REPLY_BYTES)) {
            StoreCalls calls = new StoreCalls(new CallState(reply, answer), new Pace(nowNs -> {}));
            loader.invokeMember("warm", new EspressoCalls(calls));
        }
    }

    /** Where the classes are that a context shares with this JVM: what functions are written with, and what that needs. */
    private static String classPath() {
        Set<String> path = new LinkedHashSet<>();
        for (Class<?> type : Set.of(Entry.class, NativeMemory.class)) {
            try {
                path.add(Path.of(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        .toString());
            } catch (URISyntaxException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        return String.join(File.pathSeparator, path);
    }

    /** What submits to this VM's threads. Any thread. */
    Env environment() {
        return environment;
    }

    /**
     * A function's jar, read; a {@link GuestFunction}.
     *
     * @param calls null for a function that is not called
     */
    Value load(String name, byte[] jar, @Nullable HostCalls calls) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, jar);
            return loader.invokeMember("load", name, bytes.address(), jar.length, calls);
        }
    }

    /** Lets go of what it has, but for its place among the few that there can be. */
    void close() {
        context.close(true);
    }
}
