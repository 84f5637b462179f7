package dev.quern.pushback;

import dev.quern.client.FunctionModule;
import dev.quern.sandbox.FunctionRefusedException;
import dev.quern.sandbox.LocalModule;
import dev.quern.sandbox.Manifest;
import dev.quern.sandbox.chicory.ChicoryRuntime;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The modules that this process has ready, by name and hash; the least recently used goes first. Safe on any thread. */
final class Modules {
    /** Two names may have equal bytes, and messages tell the name. */
    private record Id(String name, ByteBuffer sha256) {}

    private final ChicoryRuntime runtime;

    private final Map<Id, LocalModule> ready = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Id, LocalModule> eldest) {
            return size() > PushbackLimits.MODULES_MAX;
        }
    };

    Modules(ChicoryRuntime runtime) {
        this.runtime = runtime;
    }

    ChicoryRuntime runtime() {
        return runtime;
    }

    synchronized @Nullable LocalModule find(String name, byte[] sha256) {
        return ready.get(new Id(name, ByteBuffer.wrap(sha256)));
    }

    /**
     * Makes one ready that was fetched. May take a tenth of a second.
     *
     * @throws RunAtServerException when it cannot run here
     */
    LocalModule add(String name, FunctionModule fetched) {
        Manifest manifest = Manifest.named(name)
                .withRuntime(runtime.name())
                .withReadOnly(fetched.readOnly())
                .withFresh(fetched.fresh())
                .withTimeLimitUs(
                        TimeUnit.NANOSECONDS.toMicros(fetched.timeLimit().toNanos()))
                .withMemoryPagesMax(fetched.memoryPagesMax());
        LocalModule made;
        try {
            made = LocalModule.load(runtime, manifest, fetched.module());
        } catch (FunctionRefusedException refused) {
            throw new RunAtServerException(refused.getMessage());
        }
        synchronized (this) {
            LocalModule earlier = ready.putIfAbsent(new Id(name, ByteBuffer.wrap(fetched.sha256())), made);
            return earlier == null ? made : earlier;
        }
    }
}
