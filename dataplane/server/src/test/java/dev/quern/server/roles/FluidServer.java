package dev.quern.server.roles;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A server whose work flows instead of coming in requests, in steps of a millisecond, in each of which the provisioner looks once or more often: lanes bring serving work to their owners and
 * functions to one queue, function cores and what is left of serving cores work on it, and queues beyond some milliseconds overflow. Enough to
 * tell a provisioner that swings from one that settles.
 */
final class FluidServer {
    private static final long MS = 1_000_000;
    private static final double QUEUE_MAX = 5;

    final LoadSnapshot snapshot;
    final Provisioner provisioner;
    final int cores;
    private final double[] lanePart;
    private final double[] laneQueue;
    private final SplittableRandom random;
    private final double noise;
    private double functionQueue;
    private final double functionMs;
    double serving;
    double functions;
    double done;
    int roleMoves;
    int decisions = 1;
    int laneMoves;
    int looksPerMs = 1;
    long nowNs;

    FluidServer(int cores, double laneSkew, double noise, double functionMs, SplittableRandom random) {
        this.cores = cores;
        this.noise = noise;
        this.functionMs = functionMs;
        this.random = random;
        snapshot = new LoadSnapshot(cores, cores);
        provisioner = new Provisioner(cores, cores, ProvisionerConfig.DEFAULT);
        lanePart = new double[cores];
        laneQueue = new double[cores];
        for (int lane = 0; lane < cores; lane++) {
            lanePart[lane] = 1 + laneSkew * random.nextDouble();
        }
        double sum = Arrays.stream(lanePart).sum();
        Arrays.setAll(lanePart, lane -> lanePart[lane] / sum);
    }

    /** So many milliseconds. */
    void run(int ms) {
        for (int step = 0; step < ms * looksPerMs; step++) {
            step(1.0 / looksPerMs);
        }
    }

    private double noisy(double rate) {
        return Math.max(0, rate * (1 + noise * (2 * random.nextDouble() - 1)));
    }

    private void step(double ms) {
        nowNs += (long) (ms * MS);
        functionQueue += ms * noisy(functions);
        int functionCores = 0;
        for (int core = 0; core < cores; core++) {
            functionCores += snapshot.role(core) == Role.SERVING ? 0 : 1;
        }
        double[] left = new double[cores];
        double[] served = new double[cores];
        Arrays.fill(left, ms);
        double[] laneServed = new double[cores];
        long[] waitNs = new long[cores];
        for (int lane = 0; lane < cores; lane++) {
            int core = snapshot.owner(lane);
            laneQueue[lane] += ms * noisy(serving * lanePart[lane]);
            double part = Math.min(left[core], laneQueue[lane]);
            left[core] -= part;
            served[core] += part;
            laneServed[lane] = part;
            done += part;
            laneQueue[lane] = Math.min(QUEUE_MAX * lanePart[lane] * cores, laneQueue[lane] - part);
            double rate = Math.max(serving * lanePart[lane], 1e-9);
            waitNs[core] = Math.max(waitNs[core], (long) (laneQueue[lane] / rate * MS));
        }
        double[] ran = new double[cores];
        // Function cores first, then what serving cores have left.
        for (int pass = 0; pass < 2; pass++) {
            int eligible = pass == 0 ? functionCores : cores - functionCores;
            double each = eligible == 0 ? 0 : functionQueue / eligible;
            for (int core = 0; core < cores; core++) {
                if ((snapshot.role(core) == Role.SERVING) == (pass == 1)) {
                    ran[core] = Math.min(each, left[core]);
                    functionQueue -= ran[core];
                    done += ran[core];
                    if (pass == 1 && ran[core] > 0.1 * ms) {
                        waitNs[core] = Math.max(waitNs[core], (long) (functionMs * MS));
                    }
                }
            }
        }
        functionQueue = Math.min(functionQueue, QUEUE_MAX * cores);
        long queuedNs = functions == 0 || functionQueue < 1e-6 ? 0 : (long) (functionQueue / functions * MS);
        for (int core = 0; core < cores; core++) {
            boolean isServing = snapshot.role(core) == Role.SERVING;
            snapshot.load(
                    core,
                    (served[core] + ran[core]) / ms,
                    ran[core] / ms,
                    waitNs[core],
                    isServing && functionCores > 0 ? 0 : queuedNs,
                    isServing || queuedNs == 0 ? 0 : 1);
            snapshot.lane(core, snapshot.owner(core), laneServed[core] / ms);
        }
        for (int i = 0; i < decisions && decide(); i++) {
            // Again, on the same look, with the last move in it.
        }
    }

    private boolean decide() {
        Move move = provisioner.decide(snapshot, nowNs);
        if (move == null) {
            return false;
        }
        if (move.changesRole()) {
            roleMoves++;
        } else {
            laneMoves++;
        }
        snapshot.apply(move);
        check();
        return true;
    }

    private void check() {
        int servingCores = 0;
        for (int core = 0; core < cores; core++) {
            servingCores += snapshot.role(core) == Role.SERVING ? 1 : 0;
        }
        if (servingCores == 0) {
            throw new AssertionError("nobody serves");
        }
        for (int lane = 0; lane < cores; lane++) {
            if (snapshot.role(snapshot.owner(lane)) != Role.SERVING) {
                throw new AssertionError(
                        "lane " + lane + " lies on core " + snapshot.owner(lane) + ", which does not serve");
            }
        }
    }

    int servingCores() {
        int count = 0;
        for (int core = 0; core < cores; core++) {
            count += snapshot.role(core) == Role.SERVING ? 1 : 0;
        }
        return count;
    }

    boolean allHome() {
        for (int lane = 0; lane < cores; lane++) {
            if (snapshot.owner(lane) != snapshot.home(lane)) {
                return false;
            }
        }
        return servingCores() == cores;
    }
}
