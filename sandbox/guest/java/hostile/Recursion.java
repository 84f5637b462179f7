import dev.quern.guest.Call;
import dev.quern.guest.Entry;

/** Calls itself without end. */
public final class Recursion implements Entry {
    @Override
    public int run(Call call) {
        return run(call) + 1;
    }
}
