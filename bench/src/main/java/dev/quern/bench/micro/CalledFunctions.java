package dev.quern.bench.micro;

import dev.quern.bench.BenchFailedException;
import java.io.IOException;
import java.io.InputStream;

/** The example functions {@code noop} and {@code lookup} over {@link ChainedRecords}, in one way to call them. Thread: the one that made it. */
interface CalledFunctions extends AutoCloseable {
    /** Returns what the function that does nothing returned, which is 0. */
    int noop();

    /**
     * Follows keys from one record to another.
     *
     * @param start number of the first key
     * @param hops how many records to read
     * @return the number that the last one named
     */
    long lookup(long start, int hops);

    @Override
    void close();

    /** The module of an example that comes with the sandbox. */
    static byte[] example(String name) {
        String resource = "/dev/quern/sandbox/examples/" + name + ".wasm";
        try (InputStream module = CalledFunctions.class.getResourceAsStream(resource)) {
            if (module == null) {
                throw new BenchFailedException("no example function " + resource + ": run scripts/build-guests");
            }
            return module.readAllBytes();
        } catch (IOException unreadable) {
            throw new BenchFailedException("cannot read " + resource, unreadable);
        }
    }
}
