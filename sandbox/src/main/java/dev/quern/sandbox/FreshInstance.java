package dev.quern.sandbox;

import dev.quern.sandbox.guest.GuestTrap;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An instance in which each call finds what the first one did: it is renewed after each, or, where that cannot be, replaced before the
 * next. Thread: its core's.
 */
final class FreshInstance implements FunctionRuntime.Instance {
    /** Makes an instance. */
    @FunctionalInterface
    interface Maker {
        FunctionRuntime.Instance make() throws IOException;
    }

    private final Maker maker;
    private FunctionRuntime.@Nullable Instance current;

    FreshInstance(Maker maker) throws IOException {
        this.maker = maker;
        current = maker.make();
    }

    /** An entry of whichever instance there is. */
    private final class FreshEntry implements FunctionRuntime.Entry {
        private final String name;
        private FunctionRuntime.@Nullable Instance instance;
        private FunctionRuntime.@Nullable Entry entry;

        FreshEntry(String name) {
            this.name = name;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // this very instance
        public int call() {
            FunctionRuntime.Instance used = present();
            FunctionRuntime.Entry called = entry;
            if (called == null || used != instance) {
                called = used.entry(name);
                entry = called;
                instance = used;
            }
            int code = called.call();
            if (!used.renew()) {
                close();
            }
            return code;
        }
    }

    private FunctionRuntime.Instance present() {
        FunctionRuntime.Instance present = current;
        if (present == null) {
            try {
                present = maker.make();
            } catch (IOException refused) {
                throw new GuestTrap(GuestTrap.Reason.TRAP, "no memory for an instance: " + refused.getMessage());
            }
            current = present;
        }
        return present;
    }

    @Override
    public FunctionRuntime.Entry entry(String name) {
        return new FreshEntry(name);
    }

    @Override
    public long residentBytes() {
        return current == null ? 0 : current.residentBytes();
    }

    @Override
    public void close() {
        FunctionRuntime.Instance closing = current;
        current = null;
        if (closing != null) {
            closing.close();
        }
    }
}
