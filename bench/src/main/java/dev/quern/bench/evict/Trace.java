package dev.quern.bench.evict;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Requests in their order. The keys of a Zipf distribution come first, the likeliest lowest; keys that only sweeps touch lie above.
 */
final class Trace {
    /** A sweep reads so many cold keys in a row, as a share of the popular ones. */
    private static final int SWEEP_SHARE = 10;

    /** Requests to popular keys between two sweeps, in sweeps' lengths: a quarter of all requests are a sweep's. */
    private static final int SWEEP_EVERY = 3;

    /** Cold keys, in popular ones: a sweep comes back to a key when every cache has long forgotten it. */
    private static final int COLD_FACTOR = 4;

    private final String name;
    private final int popularKeys;
    private final int keysBound;
    private final int[] requests;

    private Trace(String name, int popularKeys, int keysBound, int[] requests) {
        this.name = name;
        this.popularKeys = popularKeys;
        this.keysBound = keysBound;
        this.requests = requests;
    }

    /** For the report. */
    String name() {
        return name;
    }

    /** How many keys the distribution has; cache sizes are shares of it. */
    int popularKeys() {
        return popularKeys;
    }

    /** Above every key. */
    int keysBound() {
        return keysBound;
    }

    /** How many requests there are. */
    int length() {
        return requests.length;
    }

    /** The key of a request. */
    int key(int request) {
        return requests[request];
    }

    static Trace zipf(String name, double exponent, int keys, int length, long seed) {
        return new Trace(name, keys, keys, draw(exponent, keys, length, seed));
    }

    /** A Zipf trace that is broken off again and again by a sweep over cold keys in their order. */
    static Trace sweeping(String name, double exponent, int keys, int length, long seed) {
        int[] popular = draw(exponent, keys, length, seed);
        int[] requests = new int[length];
        int sweep = keys / SWEEP_SHARE;
        int coldKeys = keys * COLD_FACTOR;
        int cold = 0;
        int drawn = 0;
        for (int i = 0; i < length; i++) {
            boolean isSweeping = i / sweep % (SWEEP_EVERY + 1) == SWEEP_EVERY;
            requests[i] = isSweeping ? keys + cold++ % coldKeys : popular[drawn++];
        }
        return new Trace(name, keys, keys + coldKeys, requests);
    }

    /** By the inverse of the distribution, exact for every exponent. */
    private static int[] draw(double exponent, int keys, int length, long seed) {
        double[] cumulated = new double[keys];
        double sum = 0;
        for (int rank = 0; rank < keys; rank++) {
            sum += Math.pow(rank + 1.0, -exponent);
            cumulated[rank] = sum;
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] drawn = new int[length];
        for (int i = 0; i < length; i++) {
            int place = Arrays.binarySearch(cumulated, random.nextDouble(sum));
            drawn[i] = place < 0 ? Math.min(keys - 1, -place - 1) : place;
        }
        return drawn;
    }
}
