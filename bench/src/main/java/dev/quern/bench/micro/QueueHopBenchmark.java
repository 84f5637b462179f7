package dev.quern.bench.micro;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.SpscArrayQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A hop from one spinning thread to another by a queue, and by what one would take instead: there and back are two. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class QueueHopBenchmark {
    private static final int CAPACITY = 1024;
    private static final int HOPS = 2;
    private static final Object MESSAGE = new Object();

    /** Two queues, and a thread that sends back what comes. */
    @State(Scope.Thread)
    public abstract static class Pair {
        private final Queue<Object> there;
        private final Queue<Object> back;
        private @Nullable Thread other;
        private volatile boolean isOver;

        Pair(Queue<Object> there, Queue<Object> back) {
            this.there = there;
            this.back = back;
        }

        /** Starts the other thread. */
        @Setup(Level.Trial)
        public void start() {
            other = Thread.ofPlatform().name("hop").daemon().start(this::echo);
        }

        /** Ends it. */
        @TearDown(Level.Trial)
        public void end() throws InterruptedException {
            isOver = true;
            Objects.requireNonNull(other).join();
        }

        private void echo() {
            while (!isOver) {
                Object message = there.poll();
                if (message == null) {
                    Thread.onSpinWait();
                } else {
                    send(back, message);
                }
            }
        }

        private static void send(Queue<Object> queue, Object message) {
            if (!queue.offer(message)) {
                throw new IllegalStateException("a queue with one message is full");
            }
        }

        Object hop() {
            send(there, MESSAGE);
            Object message = back.poll();
            while (message == null) {
                Thread.onSpinWait();
                message = back.poll();
            }
            return message;
        }
    }

    /** One producer, one consumer. */
    public static class Spsc extends Pair {
        public Spsc() {
            super(new SpscArrayQueue<>(CAPACITY), new SpscArrayQueue<>(CAPACITY));
        }
    }

    /** Many producers, one consumer. */
    public static class Mpsc extends Pair {
        public Mpsc() {
            super(new MpscArrayQueue<>(CAPACITY), new MpscArrayQueue<>(CAPACITY));
        }
    }

    /** The JDK's without locks. */
    public static class Linked extends Pair {
        public Linked() {
            super(new ConcurrentLinkedQueue<>(), new ConcurrentLinkedQueue<>());
        }
    }

    /** The JDK's with a lock. */
    public static class Blocking extends Pair {
        public Blocking() {
            super(new ArrayBlockingQueue<>(CAPACITY), new ArrayBlockingQueue<>(CAPACITY));
        }
    }

    /** JCTools' for one producer. */
    @Benchmark
    @OperationsPerInvocation(HOPS)
    public Object hopSpsc(Spsc pair) {
        return pair.hop();
    }

    /** JCTools' for many producers, which loops use. */
    @Benchmark
    @OperationsPerInvocation(HOPS)
    public Object hopMpsc(Mpsc pair) {
        return pair.hop();
    }

    /** {@link ConcurrentLinkedQueue}. */
    @Benchmark
    @OperationsPerInvocation(HOPS)
    public Object hopLinked(Linked pair) {
        return pair.hop();
    }

    /** {@link ArrayBlockingQueue}. */
    @Benchmark
    @OperationsPerInvocation(HOPS)
    public Object hopBlocking(Blocking pair) {
        return pair.hop();
    }
}
