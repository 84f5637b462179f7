import dev.quern.guest.Buffer;
import dev.quern.guest.Bytes;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import dev.quern.guest.View;
import java.util.Map;

/** Calls each of a call's methods; what came of it is the result or the reply, as in calls.c. Arguments are passed on as keys and values. */
public final class Calls implements Entries {
    private static final Bytes OWN = Buffer.of("own");

    private final View first = new View();
    private final View second = new View();
    private final View third = new View();
    private final View value = new View();
    private final Buffer numbers = new Buffer(4096);

    @Override
    public Map<String, Entry> entries() {
        return Map.ofEntries(
                Map.entry("get", call -> get(call, Call.TABLE, first(call))),
                Map.entry("put", call -> -call.put(Call.TABLE, first(call), second(call))),
                Map.entry("put_ttl", call -> -call.putTtl(Call.TABLE, first(call), second(call), third(call).getInt(0))),
                Map.entry("delete", call -> -call.delete(Call.TABLE, first(call))),
                Map.entry("incr", this::incr),
                Map.entry("cas", call -> -call.cas(Call.TABLE, first(call), second(call), third(call))),
                Map.entry("cas_absent", call -> -call.putIfAbsent(Call.TABLE, first(call), second(call))),
                Map.entry("table", this::table),
                Map.entry("table_bad_handle", call -> call.get(777, OWN, value)),
                Map.entry("args", this::args),
                Map.entry("arg_cut", this::argCut),
                Map.entry("reply_empty", call -> call.reply(numbers.clear())),
                Map.entry("log", this::log),
                Map.entry("now", call -> call.reply(numbers.clear().appendLong(call.now()))),
                Map.entry("own_writes", this::ownWrites),
                Map.entry("copy_record", this::copyRecord),
                Map.entry("reply_large", this::replyLarge));
    }

    private View take(Call call, int index, View argument) {
        if (call.argument(index, argument) < 0) {
            argument.of(OWN, 0, 0);
        }
        return argument;
    }

    private View first(Call call) {
        return take(call, 0, first);
    }

    private View second(Call call) {
        return take(call, 1, second);
    }

    private View third(Call call) {
        return take(call, 2, third);
    }

    private int get(Call call, int table, Bytes key) {
        int length = call.get(table, key, value);
        return length < 0 ? -length : call.reply(value);
    }

    private int incr(Call call) {
        int status = call.incr(Call.TABLE, first(call), second(call).getInt(0));
        call.reply(numbers.clear().appendLong(status == Call.OK ? call.sum() : 0));
        return -status;
    }

    private int table(Call call) {
        int table = call.table(first(call));
        return table < 0 ? -table : get(call, table, second(call));
    }

    private int args(Call call) {
        numbers.clear().appendInt(call.argumentCount());
        for (int i = 0; i <= call.argumentCount(); i++) {
            numbers.appendInt(call.argument(i, first));
        }
        return call.reply(numbers);
    }

    private int argCut(Call call) {
        call.reply(value.of(first(call), 0, 4));
        return first.length();
    }

    private int log(Call call) {
        call.log("a line");
        return 0;
    }

    private int ownWrites(Call call) {
        if (call.put(Call.TABLE, OWN, numbers.clear().append("one")) != 0 || call.get(Call.TABLE, OWN, value) != 3) {
            return 1;
        }
        if (call.put(Call.TABLE, OWN, numbers.clear().append("two!")) != 0
                || call.get(Call.TABLE, OWN, value) != 4
                || value.getByte(3) != '!') {
            return 2;
        }
        return call.delete(Call.TABLE, OWN) == 0 && call.get(Call.TABLE, OWN, value) == Call.NOT_FOUND ? 0 : 3;
    }

    private int copyRecord(Call call) {
        if (call.get(Call.TABLE, first(call), value) < 0) {
            return 1;
        }
        int status = call.put(Call.TABLE, second(call), value);
        call.reply(value);
        return -status;
    }

    private int replyLarge(Call call) {
        for (int i = 0; i < 5000; i++) {
            call.reply(numbers.length(4096));
        }
        return 0;
    }
}
