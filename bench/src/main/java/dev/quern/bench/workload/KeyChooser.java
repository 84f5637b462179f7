package dev.quern.bench.workload;

import java.util.SplittableRandom;

/** Which record is asked for next. One thread. */
@FunctionalInterface
public interface KeyChooser {
    /**
     * @param records how many there are now
     * @return an index from 0 up to it
     */
    int next(SplittableRandom random, int records);
}
