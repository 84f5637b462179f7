package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CallTarget;
import com.oracle.truffle.api.TruffleLanguage;
import com.oracle.truffle.api.frame.VirtualFrame;
import com.oracle.truffle.api.nodes.RootNode;
import java.util.Objects;
import org.graalvm.polyglot.Context;
import org.jspecify.annotations.Nullable;

/**
 * A Truffle language without a syntax: it exists so that Quern's objects enter a guest's context as a language's own rather than as
 * host objects, and so that Quern may interrupt what runs there. Its one program evaluates to what the evaluating thread has put in
 * {@link #HANDED_IN}.
 */
@TruffleLanguage.Registration(
        id = QuernLanguage.ID,
        name = "Quern",
        version = "1",
        defaultMimeType = QuernLanguage.MIME_TYPE,
        characterMimeTypes = QuernLanguage.MIME_TYPE,
        contextPolicy = TruffleLanguage.ContextPolicy.SHARED)
public final class QuernLanguage extends TruffleLanguage<TruffleLanguage.Env> {
    /** What contexts name that want it. */
    public static final String ID = "quern";

    static final String MIME_TYPE = "application/x-quern";

    /** Read when the program runs, or when a context is made: set before, removed after, on the same thread. */
    static final ThreadLocal<@Nullable Object> HANDED_IN = new ThreadLocal<>();

    private static final LanguageReference<QuernLanguage> REFERENCE = LanguageReference.create(QuernLanguage.class);

    /** What calls an entry of that name. Inside an entered context. */
    static CallTarget entry(String name) {
        return new EntryRoot(REFERENCE.get(null), name).getCallTarget();
    }

    /** A context's way to stop its threads at safepoints, for a context of any language in which this one was not used before. */
    public static Env environment(Context context) {
        Stop stop = new Stop();
        HANDED_IN.set(stop);
        try {
            context.initialize(ID);
        } finally {
            HANDED_IN.remove();
        }
        return Objects.requireNonNull(stop.environment, "the language was used before");
    }

    private static final class Stop {
        private @Nullable Env environment;
    }

    @Override
    protected Env createContext(Env env) {
        if (HANDED_IN.get() instanceof GraalIsolate isolate) {
            isolate.setEnvironment(env);
        } else if (HANDED_IN.get() instanceof Stop stop) {
            stop.environment = env;
        }
        return env;
    }

    @Override
    protected boolean isThreadAccessAllowed(Thread thread, boolean singleThreaded) {
        return true;
    }

    @Override
    protected CallTarget parse(ParsingRequest request) {
        return new HandIn(this).getCallTarget();
    }

    private static final class HandIn extends RootNode {
        HandIn(QuernLanguage language) {
            super(language);
        }

        @Override
        public Object execute(VirtualFrame frame) {
            return Objects.requireNonNull(HANDED_IN.get());
        }
    }
}
