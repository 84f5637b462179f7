import dev.quern.guest.Buffer;
import dev.quern.guest.Call;
import dev.quern.guest.Entry;
import dev.quern.guest.View;

/** Adds argument 1 (decimal text) to the number under the key of argument 0; replies the sum as decimal text. */
public final class Counter implements Entry {
    private final View key = new View();
    private final View text = new View();
    private final Buffer reply = new Buffer(20);

    @Override
    public int run(Call call) {
        if (call.argument(0, key) < 1 || key.length() > 4096 || call.argument(1, text) < 0 || !text.isDecimal()) {
            return 1;
        }
        if (call.incr(Call.TABLE, key, text.decimal()) != Call.OK) {
            return 2;
        }
        call.reply(reply.clear().appendDecimal(call.sum()));
        return 0;
    }
}
