import dev.quern.guest.Call;
import dev.quern.guest.Entry;
import dev.quern.guest.View;

/**
 * Follows a chain: argument 0 is a key, argument 1 (u32) how many records to read. The first 16 bytes of each value, or as many as there
 * are, are the next key. Replies the last value. Every key but the first is read out of its record in place.
 */
public final class Lookup implements Entry {
    private static final int KEY_LENGTH = 16;

    private final View key = new View();
    private final View number = new View();
    private final View value = new View();

    @Override
    public int run(Call call) {
        if (call.argument(0, key) < 1 || call.argument(1, number) != Integer.BYTES) {
            return 1;
        }
        int hops = number.getInt(0);
        if (hops == 0) {
            return 1;
        }
        do {
            int length = call.get(Call.TABLE, key, value);
            if (length < 0) {
                return 2;
            }
            key.of(value, 0, Math.min(length, KEY_LENGTH));
        } while (--hops != 0);
        call.reply(value);
        return 0;
    }
}
