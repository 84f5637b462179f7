import dev.quern.guest.Call;
import dev.quern.guest.Entry;
import dev.quern.guest.View;

/**
 * Moves an amount between two accounts, all or nothing: argument 0 from, 1 to (keys of decimal texts), 2 the amount (decimal text).
 * Returns 1 for bad arguments, 2 for an account that is missing or no number, 3 when there is not enough.
 */
public final class Transfer implements Entry {
    private final View from = new View();
    private final View to = new View();
    private final View text = new View();

    @Override
    public int run(Call call) {
        if (call.argument(0, from) < 1
                || call.argument(1, to) < 1
                || call.argument(2, text) < 1
                || !text.isDecimal()
                || text.decimal() < 0) {
            return 1;
        }
        long amount = text.decimal();
        if (call.get(Call.TABLE, to, text) < 0
                || call.get(Call.TABLE, from, text) < 0
                || call.incr(Call.TABLE, from, -amount) != Call.OK) {
            return 2;
        }
        if (call.sum() < 0) {
            return 3; // What was taken comes back: nothing is written unless the entry returns 0.
        }
        return call.incr(Call.TABLE, to, amount) == Call.OK ? 0 : 2;
    }
}
