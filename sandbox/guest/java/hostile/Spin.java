import dev.quern.guest.Buffer;
import dev.quern.guest.Bytes;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import java.util.Map;

/** Never comes to an end: after a write, in loops of several kinds, and through calls; also when it catches all that it can. */
public final class Spin implements Entries {
    private static final Bytes KEY = Buffer.of("spin");

    private volatile int turns;

    @Override
    public Map<String, Entry> entries() {
        return Map.of(
                "run", this::run,
                "after_write", this::afterWrite,
                "calling", this::calling,
                "catching", this::catching,
                "doing", this::doing);
    }

    private int run(Call call) {
        for (; ; ) {
            turns++;
        }
    }

    private int afterWrite(Call call) {
        call.put(Call.TABLE, KEY, KEY);
        return run(call);
    }

    private int calling(Call call) {
        for (; ; ) {
            turns += call.argumentCount();
        }
    }

    private int catching(Call call) {
        for (int caught = 0; ; caught++) {
            try {
                run(call);
            } catch (Throwable ended) {
                if (caught == 3) {
                    return 0;
                }
            }
        }
    }

    private int doing(Call call) {
        long sum = 0;
        do {
            for (int i = 0; i < 10; i++) {
                sum += i % 2 == 0 ? turns : i;
            }
        } while (sum != -1);
        return 0;
    }
}
