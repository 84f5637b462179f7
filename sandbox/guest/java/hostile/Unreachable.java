import dev.quern.guest.Buffer;
import dev.quern.guest.Bytes;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import java.util.Map;

/** Writes, then ends as it may not. */
public final class Unreachable implements Entries {
    private static final Bytes KEY = Buffer.of("unreachable");
    private static final Bytes HALF = Buffer.of("half");

    private int zero;

    @Override
    public Map<String, Entry> entries() {
        return Map.of("run", this::run, "fails", this::fails, "divides", call -> 1234 / zero, "catches", this::catches);
    }

    private void write(Call call) {
        call.put(Call.TABLE, KEY, HALF);
        call.reply(HALF);
    }

    private int run(Call call) {
        write(call);
        throw new AssertionError("unreachable");
    }

    private int fails(Call call) {
        write(call);
        return 42;
    }

    /** Goes on as if it had not been ended. */
    private int catches(Call call) {
        try {
            write(call);
            call.table(KEY);
            call.get(777, KEY, null);
        } catch (RuntimeException ended) {
            return 0;
        }
        return 0;
    }
}
