package dev.quern.bench.load;

import java.io.IOException;
import java.nio.file.Path;

/** What takes samples of a JVM on this machine, and leaves them in a file of the flight recorder's format. */
interface Profiler {
    /**
     * Starts taking samples.
     *
     * @param file which the JVM writes
     * @throws dev.quern.bench.BenchFailedException when this profiler cannot be had there
     */
    void start(long pid, Path file) throws IOException;

    /** Ends what {@link #start} began; the file is whole then. */
    void stop(long pid, Path file) throws IOException;

    /** What it is, and how it took its samples, for the report. */
    String describe();

    /** The JDK's own flight recorder, with its profiling settings. It samples Java frames where the JVM can tell them. */
    final class FlightRecorder implements Profiler {
        private static final String NAME = "name=quern-load";

        @Override
        public void start(long pid, Path file) throws IOException {
            Jcmd.run(pid, "JFR.start", NAME, "settings=profile");
        }

        @Override
        public void stop(long pid, Path file) throws IOException {
            Jcmd.run(pid, "JFR.stop", NAME, "filename=" + file);
        }

        @Override
        public String describe() {
            return "the JDK's flight recorder, a sample every 10 ms or so";
        }
    }
}
