package dev.quern.sandbox.chicory;

import com.dylibso.chicory.runtime.Instance;

/** What a module's variables held when it had just been instantiated. Thread: the core's. */
final class Globals {
    private final Instance instance;
    private final long[] low;
    private final long[] high;

    /**
     * Takes them down.
     *
     * @param count how many globals there are in the module as deployed; what follows them counts ticks, and goes on counting
     */
    Globals(Instance instance, int count) {
        this.instance = instance;
        low = new long[count];
        high = new long[count];
        for (int i = 0; i < count; i++) {
            low[i] = instance.global(i).getValueLow();
            high[i] = instance.global(i).getValueHigh();
        }
    }

    /** What the first so many hold, of a module in which they are numbers. */
    static long[] numbers(Instance instance, int count) {
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = instance.global(i).getValueLow();
        }
        return numbers;
    }

    /** Makes the first ones hold other numbers. */
    static void setNumbers(Instance instance, long[] numbers) {
        for (int i = 0; i < numbers.length; i++) {
            if (instance.global(i).getValueLow() != numbers[i]) {
                instance.global(i).setValueLow(numbers[i]);
            }
        }
    }

    void restore() {
        for (int i = 0; i < low.length; i++) {
            if (instance.global(i).getValueLow() != low[i] || instance.global(i).getValueHigh() != high[i]) {
                instance.global(i).setValueLow(low[i]);
                instance.global(i).setValueHigh(high[i]);
            }
        }
    }
}
