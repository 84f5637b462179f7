import dev.quern.guest.Buffer;
import dev.quern.guest.Call;
import dev.quern.guest.Entry;
import dev.quern.guest.View;

/** Counts how often it was called for a key, and replies with the count. */
public final class Function implements Entry {
    private final View key = new View();
    private final Buffer reply = new Buffer(20);

    @Override
    public int run(Call call) {
        int length = call.argument(0, key);
        if (length < 1 || length > 256) return 1;
        if (call.incr(Call.TABLE, key, 1) != Call.OK) return 2;
        call.reply(reply.clear().appendDecimal(call.sum()));
        return 0;
    }
}
