package dev.quern.bench.workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.NormalDistribution;

/** Which of many tenants asks next: each has a rate that does not change. One thread. */
public final class TenantRates {
    /**
     * Of the applications' invocations. Shahrad et al. ("Serverless in the Wild", USENIX ATC 2020, section 3.2, on all of
     * Azure Functions) publish that 45 % of the applications are invoked no more than once an hour, and 81 % no more than once a minute. One log-normal
     * distribution goes through both points; by it the others, which are the busiest fifth, make 99.9 % of all invocations (published: 99.6 %), and the
     * rates of ten thousand span more than eight orders of magnitude (published: eight).
     */
    private static final double AZURE_SHARE_HOURLY_AT_MOST = 0.45;

    private static final double AZURE_SHARE_EACH_MINUTE_AT_MOST = 0.81;
    private static final double MINUTES_IN_AN_HOUR = 60;
    private static final long SEED = 20_200_715;

    private final double[] upTo;
    private final SplittableRandom random = new SplittableRandom(SEED);

    private TenantRates(double[] rates) {
        upTo = rates.clone();
        Arrays.parallelPrefix(upTo, Double::sum);
    }

    /** The rates of that study's applications: the quantiles of its distribution at equal distances, the busiest tenant first. */
    public static TenantRates azure(int tenants) {
        NormalDistribution normal = new NormalDistribution();
        double sigma = Math.log(MINUTES_IN_AN_HOUR)
                / (normal.inverseCumulativeProbability(AZURE_SHARE_EACH_MINUTE_AT_MOST)
                        - normal.inverseCumulativeProbability(AZURE_SHARE_HOURLY_AT_MOST));
        double[] rates = new double[tenants];
        for (int i = 0; i < tenants; i++) {
            rates[i] = Math.exp(sigma * normal.inverseCumulativeProbability(1 - (i + 0.5) / tenants));
        }
        return new TenantRates(rates);
    }

    /** Tenant r's rate is r to the power of −{@code exponent}; with 0, all have the same. */
    public static TenantRates zipf(int tenants, double exponent) {
        double[] rates = new double[tenants];
        Arrays.setAll(rates, i -> Math.pow(i + 1, -exponent));
        return new TenantRates(rates);
    }

    /**
     * By its name.
     *
     * @param name {@code azure}, {@code zipf:EXPONENT} or {@code uniform}
     * @throws IllegalArgumentException when there is none of that name, or no tenant
     */
    public static TenantRates parse(String name, int tenants) {
        if (tenants < 1) {
            throw new IllegalArgumentException("there is one tenant at least, not " + tenants);
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.equals("azure")) {
            return azure(tenants);
        }
        if (lower.equals("uniform")) {
            return zipf(tenants, 0);
        }
        if (lower.matches("zipf:[0-9](\\.[0-9]+)?")) {
            return zipf(tenants, Double.parseDouble(lower.substring("zipf:".length())));
        }
        throw new IllegalArgumentException("tenants' rates are azure, zipf:EXPONENT or uniform, not " + name);
    }

    public int tenants() {
        return upTo.length;
    }

    /** The share of all requests that the busiest so many make. */
    public double shareOfBusiest(int count) {
        return count == 0 ? 0 : upTo[count - 1] / upTo[upTo.length - 1];
    }

    /** The next tenant, from 0 on. */
    public int next() {
        int at = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
        return Math.min(at < 0 ? -at - 1 : at, upTo.length - 1);
    }
}
