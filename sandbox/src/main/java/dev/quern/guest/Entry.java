package dev.quern.guest;

/** A function's one entry, or one of several; see {@link Entries}. */
@FunctionalInterface
public interface Entry {
    /**
     * Runs in a transaction of its own. Whatever is thrown from here ends the call, and nothing of it is written.
     *
     * @param call what it was called with, and the way to the tenant's records; good until this returns
     * @return 0 for success; anything else drops what was written, and is told to the caller
     */
    int run(Call call);
}
