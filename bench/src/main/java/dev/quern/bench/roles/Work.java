package dev.quern.bench.roles;

import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import java.util.Map;

/** A function that computes for as many rounds as its argument says, in trusted Java: its time depends on nothing else. */
public final class Work implements Entries {
    private final View argument = new View();

    /** One for each core. */
    public Work() {}

    @Override
    public Map<String, Entry> entries() {
        return Map.of("work", this::work);
    }

    private int work(Call call) {
        if (call.argument(0, argument) != Integer.BYTES) {
            return 1;
        }
        return compute(argument.getInt(0)) == 0 ? 1 : 0;
    }

    /** Never 0. */
    public static long compute(int rounds) {
        long x = 88_172_645_463_325_252L;
        for (int i = 0; i < rounds; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        return x;
    }
}
