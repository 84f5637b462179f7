package dev.quern.bench.peers;

import dev.quern.bench.BenchFailedException;
import dev.quern.bench.Machine;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A process that a bench started: pinned to one core, its output gathered, ended whatever happens. A shutdown hook ends what is
 * still running when this JVM goes. One thread drives it.
 */
public final class ChildProcess implements AutoCloseable {
    private static final Duration END_WAIT_MAX = Duration.ofSeconds(5);

    /** How much of a child's last output goes into an error message. */
    private static final int OUTPUT_LINES_KEPT = 40;

    /** A child that prints more than this unread is not read further. */
    private static final int OUTPUT_LINES_MAX = 100_000;

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "end-child-processes"));
    }

    private final String name;
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>(OUTPUT_LINES_MAX);
    private final Deque<String> last = new ArrayDeque<>();
    private final BufferedWriter input;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /** The command with which a child is pinned to a core; the command itself where there is no {@code taskset}. */
    public static List<String> pinned(int core, List<String> command) {
        if (!Tools.isOnPath("taskset") || core >= Machine.processors()) {
            return command;
        }
        List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
        pinned.addAll(command);
        return pinned;
    }

    /** Starts a child; its standard error is read together with its output. */
    public static ChildProcess start(String name, List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            RUNNING.add(process);
            ChildProcess child = new ChildProcess(name, process);
            Thread.ofPlatform().daemon().name("output-of-" + name).start(child::gather);
            return child;
        } catch (IOException e) {
            throw new BenchFailedException("cannot start " + name + ": " + String.join(" ", command), e);
        }
    }

    private void gather() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (last) {
                    last.add(line);
                    if (last.size() > OUTPUT_LINES_KEPT) {
                        last.removeFirst();
                    }
                }
                lines.put(line);
            }
        } catch (IOException e) {
            // The pipe of a child that was killed: what it said before stands in last.
            synchronized (last) {
                last.add("(output ended: " + e.getMessage() + ")");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a line of output. */
    public String awaitLine(Predicate<String> wanted, String description, Duration waitMax)
            throws InterruptedException {
        long deadlineNs = System.nanoTime() + waitMax.toNanos();
        while (true) {
            String line = lines.poll(50, TimeUnit.MILLISECONDS);
            if (line != null && wanted.test(line)) {
                return line;
            }
            if (line == null && !process.isAlive() && lines.isEmpty()) {
                throw new BenchFailedException(name + " ended with code " + process.exitValue() + " before "
                        + description + "; its output:\n" + tail());
            }
            if (System.nanoTime() > deadlineNs) {
                throw new BenchFailedException(
                        name + ": no " + description + " within " + waitMax.toSeconds() + " s; its output:\n" + tail());
            }
        }
    }

    /** Writes a line to the child's standard input. */
    public void writeLine(String line) {
        try {
            input.write(line);
            input.newLine();
            input.flush();
        } catch (IOException e) {
            throw new BenchFailedException(name + " takes no input any more; its output:\n" + tail(), e);
        }
    }

    /** Holds the child still, so that it takes no processor time while another is measured. */
    public void pause() {
        signal("-STOP");
    }

    /** Lets a paused child run on. */
    public void proceed() {
        signal("-CONT");
    }

    /** One that has just ended by itself takes no signal any more, also while the JVM does not know yet that it ended. */
    private void proceedUnlessEnded() throws InterruptedException {
        try {
            proceed();
        } catch (BenchFailedException refused) {
            if (!process.waitFor(END_WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                throw refused;
            }
        }
    }

    private void signal(String signal) {
        Tools.run(List.of("kill", signal, Long.toString(process.pid())), END_WAIT_MAX);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The last lines that the child printed. */
    String tail() {
        synchronized (last) {
            return String.join("\n", last);
        }
    }

    /** Asks the child to end, and kills it when it does not within some seconds. */
    @Override
    public void close() {
        try {
            if (process.isAlive()) {
                proceedUnlessEnded();
                process.destroy();
                if (!process.waitFor(END_WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            RUNNING.remove(process);
        }
    }
}
