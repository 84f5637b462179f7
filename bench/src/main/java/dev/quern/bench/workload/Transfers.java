package dev.quern.bench.workload;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Transfers between the accounts of a ledger, each of which is one transaction of six records: two balances and two bookings are written, and nothing is
 * when the money is not there. Accounts are drawn by Zipf's law with exponent 0.6, so that some are everybody's. One thread.
 */
public final class Transfers implements Workload {
    /** The ordered table of the bookings. */
    public static final String TABLE = "journal";

    private static final int SLOTS_MAX = 1 << 16;
    private static final int NAME_BYTES = 12;
    private static final double EXPONENT = 0.6;
    private static final int AMOUNT_MAX = 1_000;
    private static final long FLOOR = -(1L << 40);
    private static final long SEED = 99;
    private static final int REPLY_BYTES = 16;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int accounts;
    private final Ranks popularity;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int[] from = new int[SLOTS_MAX];
    private final int[] to = new int[SLOTS_MAX];
    private final int[] amount = new int[SLOTS_MAX];
    private final byte[] open = "ledger.open".getBytes(StandardCharsets.US_ASCII);
    private final byte[] transfer = "ledger.transfer".getBytes(StandardCharsets.US_ASCII);
    private final byte[] table = TABLE.getBytes(StandardCharsets.US_ASCII);
    private final byte[] name = new byte[NAME_BYTES];
    private final Arguments arguments = new Arguments(256);

    /** @param accounts that are opened first; two at least */
    public Transfers(int accounts) {
        if (accounts < 2) {
            throw new IllegalArgumentException("a ledger has two accounts or more, not " + accounts);
        }
        this.accounts = accounts;
        popularity = Ranks.zipf(accounts, EXPONENT);
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT, "ledger: transfers between %,d accounts, each with its bookings on both sides", accounts);
    }

    @Override
    public int valueLengthMax() {
        return REPLY_BYTES;
    }

    @Override
    public int records() {
        return accounts;
    }

    @Override
    public List<StoredFunction> functions() {
        return List.of(StoredFunction.example("ledger", false));
    }

    @Override
    public List<String> orderedTables() {
        return List.of(TABLE);
    }

    @Override
    public boolean load(int index, Endpoint endpoint, int slot) {
        arguments.clear().add(table, table.length);
        account(index);
        arguments.begin().u64(FLOOR).end();
        return endpoint.call(open, false, arguments.bytes(), arguments.length(), slot);
    }

    private void account(int index) {
        name[0] = 'a';
        int rest = index;
        for (int i = NAME_BYTES - 1; i > 0; i--) {
            name[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        Arguments ignored = arguments.add(name, NAME_BYTES);
    }

    @Override
    public void draw(int slot) {
        from[slot] = (int) popularity.next();
        to[slot] = (from[slot] + 1 + random.nextInt(accounts - 1)) % accounts;
        amount[slot] = 1 + random.nextInt(AMOUNT_MAX);
    }

    @Override
    public boolean send(int slot, Endpoint endpoint) {
        arguments.clear().add(table, table.length);
        account(from[slot]);
        account(to[slot]);
        arguments.begin().u64(amount[slot]).end().begin().u64(-1).end().begin().end();
        return endpoint.call(transfer, false, arguments.bytes(), arguments.length(), slot);
    }

    @Override
    public boolean take(int slot, Answer answer) {
        if (!answer.found()
                || answer.length() != REPLY_BYTES
                || answer.memory().get(LONG, answer.offset()) < 1
                || answer.memory().get(LONG, answer.offset() + Long.BYTES) < FLOOR) {
            throw new WrongAnswerException("a transfer from account " + from[slot] + " to " + to[slot]
                    + " was answered with no number of a booking and balance");
        }
        return true;
    }
}
