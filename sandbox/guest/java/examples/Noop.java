import dev.quern.guest.Call;
import dev.quern.guest.Entry;

/** Does nothing. */
public final class Noop implements Entry {
    @Override
    public int run(Call call) {
        return 0;
    }
}
