import dev.quern.guest.Buffer;
import dev.quern.guest.Bytes;
import dev.quern.guest.Call;
import dev.quern.guest.Entry;
import dev.quern.guest.View;

/**
 * Reads keys "a" and "b" with a long loop between, in which others may write them, and puts both values into "out". Fails when the
 * record of "a" does not stay what it was. Values are of eight bytes.
 */
public final class Pair implements Entry {
    private static final Bytes A = Buffer.of("a");
    private static final Bytes B = Buffer.of("b");
    private static final Bytes OUT = Buffer.of("out");

    private final View a = new View();
    private final View b = new View();
    private final Buffer out = new Buffer(16);
    private volatile long sink;

    @Override
    public int run(Call call) {
        out.clear();
        call.get(Call.TABLE, A, a);
        out.appendLong(a.getLong(0));
        for (int i = 0; i < 100_000; i++) {
            sink += i;
        }
        if (a.getLong(0) != out.getLong(0)) {
            return 7;
        }
        call.get(Call.TABLE, B, b);
        call.put(Call.TABLE, OUT, out.appendLong(b.getLong(0)));
        return 0;
    }
}
