package dev.quern.sandbox.graal;

import com.oracle.truffle.api.CompilerDirectives;
import com.oracle.truffle.api.frame.VirtualFrame;
import com.oracle.truffle.api.interop.InteropException;
import com.oracle.truffle.api.interop.InteropLibrary;
import com.oracle.truffle.api.nodes.RootNode;

/**
 * Calls one entry of a module; its one argument is the exported function of the instance meant. A core calls this inside the entered
 * context, and so the guest is compiled into it and no polyglot call is on the way.
 */
final class EntryRoot extends RootNode {
    /** As many instances as are told apart before the call looks each one up. */
    private static final int CACHED_MAX = 2;

    private final String name;

    @Child
    private InteropLibrary calls = InteropLibrary.getFactory().createDispatched(CACHED_MAX);

    EntryRoot(QuernLanguage language, String name) {
        super(language);
        this.name = name;
    }

    @Override
    public String getName() {
        return "entry " + name;
    }

    @Override
    public Object execute(VirtualFrame frame) {
        try {
            return calls.execute(frame.getArguments()[0]);
        } catch (InteropException impossible) {
            throw CompilerDirectives.shouldNotReachHere("an entry is checked to be () -> i32", impossible);
        }
    }
}
