import dev.quern.guest.Buffer;
import dev.quern.guest.Bytes;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import java.util.Map;

/**
 * Walks over a range of an ordered table: argument 0 is the table's name, argument 1 what the keys begin with, argument 2 (u32) how many
 * records at most, argument 3 (u32) 1 for backwards. Entry run replies each key and value, read in place, as "key=value;". Entry next_id
 * writes the record behind the greatest: it reads the last key, decimal text, and puts "here" at one more.
 */
public final class Range implements Entries {
    private static final int CURSOR = 0;
    private static final Bytes NOTHING = Buffer.of("");
    private static final Bytes HERE = Buffer.of("here");
    private static final Bytes EQUALS = Buffer.of("=");
    private static final Bytes END = Buffer.of(";");

    private final View prefix = new View();
    private final View argument = new View();
    private final View key = new View();
    private final View value = new View();
    private final Buffer text = new Buffer(20);

    @Override
    public Map<String, Entry> entries() {
        return Map.of("run", this::run, "next_id", this::nextId);
    }

    private int table(Call call) {
        return call.argument(0, argument) < 1 || call.argument(1, prefix) < 0 || prefix.length() > 4096
                ? Call.NOT_FOUND
                : call.table(argument);
    }

    private int run(Call call) {
        int table = table(call);
        if (table < 0 || call.argument(2, argument) != Integer.BYTES) {
            return 1;
        }
        int most = argument.getInt(0);
        if (call.argument(3, argument) != Integer.BYTES) {
            return 1;
        }
        int flags = Call.RANGE_PREFIX | (argument.getInt(0) != 0 ? Call.RANGE_BACKWARDS : 0);
        if (call.range(CURSOR, table, prefix, NOTHING, flags) != Call.OK) {
            return 2;
        }
        for (; most > 0 && call.rangeNext(CURSOR, value) >= 0; most--) {
            call.rangeKey(CURSOR, key);
            call.reply(key);
            call.reply(EQUALS);
            call.reply(value);
            call.reply(END);
        }
        return 0;
    }

    private int nextId(Call call) {
        int table = table(call);
        long last = 0;
        if (table < 0 || call.range(CURSOR, table, NOTHING, NOTHING, Call.RANGE_BACKWARDS) != Call.OK) {
            return 1;
        }
        if (call.rangeNext(CURSOR, value) >= 0) {
            call.rangeKey(CURSOR, key);
            if (!key.isDecimal()) {
                return 2;
            }
            last = key.decimal();
        }
        call.reply(text.clear().appendDecimal(last + 1));
        return call.put(table, text, HERE) == Call.OK ? 0 : 3;
    }
}
