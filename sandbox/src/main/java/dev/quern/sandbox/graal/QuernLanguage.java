package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CallTarget;
import com.oracle.truffle.api.TruffleLanguage;
import com.oracle.truffle.api.frame.VirtualFrame;
import com.oracle.truffle.api.nodes.RootNode;
import java.util.Objects;
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
    static final String ID = "quern";
    static final String MIME_TYPE = "application/x-quern";

    /** Read when the program runs, or when a context is made: set before, removed after, on the same thread. */
    static final ThreadLocal<@Nullable Object> HANDED_IN = new ThreadLocal<>();

    private static final LanguageReference<QuernLanguage> REFERENCE = LanguageReference.create(QuernLanguage.class);

    /** What calls an entry of that name. Inside an entered context. */
    static CallTarget entry(String name) {
        return new EntryRoot(REFERENCE.get(null), name).getCallTarget();
    }

    @Override
    protected Env createContext(Env env) {
        if (HANDED_IN.get() instanceof GraalIsolate isolate) {
            isolate.setEnvironment(env);
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
