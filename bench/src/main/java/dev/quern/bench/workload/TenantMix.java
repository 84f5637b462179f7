package dev.quern.bench.workload;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Gets, and calls of a function that makes {@value #READS} dependent reads, by many tenants, each among its own records and by a function of its own. Which
 * tenant asks is drawn by their rates. One thread.
 */
public final class TenantMix implements Workload {
    private static final int READS = 4;
    private static final int SLOTS_MAX = 1 << 16;
    private static final long SEED = 11;

    private final TenantRates rates;
    private final String rateNames;
    private final double getShare;
    private final int recordsEach;
    private final Walk gets;
    private final Walk calls;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int[] tenant = new int[SLOTS_MAX];
    private final boolean[] isCall = new boolean[SLOTS_MAX];

    /**
     * @param rateNames as {@link TenantRates#parse} takes it
     * @param recordsEach of each tenant; 2 at least
     */
    public TenantMix(int tenants, String rateNames, double getShare, int recordsEach) {
        rates = TenantRates.parse(rateNames, tenants);
        this.rateNames = rateNames;
        this.getShare = getShare;
        this.recordsEach = recordsEach;
        gets = new Walk(1, false, recordsEach);
        calls = new Walk(READS, true, recordsEach);
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%,d tenants by rates of %s (the busiest makes %.0f %% of all requests, the busiest fifth %.1f %%), %,d records each; %.0f %% gets, the"
                        + " others calls that make %d dependent reads",
                rates.tenants(),
                rateNames,
                100 * rates.shareOfBusiest(1),
                100 * rates.shareOfBusiest((rates.tenants() + 4) / 5),
                recordsEach,
                100 * getShare,
                READS);
    }

    @Override
    public int valueLengthMax() {
        return gets.valueLengthMax();
    }

    @Override
    public int records() {
        return rates.tenants() * recordsEach;
    }

    @Override
    public List<StoredFunction> functions() {
        return getShare < 1 ? calls.functions() : List.of();
    }

    @Override
    public boolean load(int index, Endpoint endpoint, int slot) {
        return gets.load(index / rates.tenants(), endpoint.of(index % rates.tenants()), slot);
    }

    @Override
    public void draw(int slot) {
        tenant[slot] = rates.next();
        isCall[slot] = random.nextDouble() >= getShare;
        walk(slot).draw(slot);
    }

    private Walk walk(int slot) {
        return isCall[slot] ? calls : gets;
    }

    @Override
    public boolean send(int slot, Endpoint endpoint) {
        return walk(slot).send(slot, endpoint.of(tenant[slot]));
    }

    @Override
    public boolean take(int slot, Answer answer) {
        return walk(slot).take(slot, answer);
    }
}
