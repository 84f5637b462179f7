package dev.quern.bench.simulate;

import dev.quern.bench.roles.Work;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import java.util.Map;

/** {@link Work} that tells how long each call of it took. */
final class TimedWork implements Entries {
    private final WorkTimes times;
    private final View argument = new View();

    /** One for each core, which tell the same. */
    TimedWork(WorkTimes times) {
        this.times = times;
    }

    @Override
    public Map<String, Entry> entries() {
        return Map.of("work", this::work);
    }

    private int work(Call call) {
        if (call.argument(0, argument) != Integer.BYTES) {
            return 1;
        }
        int rounds = argument.getInt(0);
        long beginNs = System.nanoTime();
        int result = Work.compute(rounds) == 0 ? 1 : 0;
        times.took(rounds, System.nanoTime() - beginNs);
        return result;
    }
}
