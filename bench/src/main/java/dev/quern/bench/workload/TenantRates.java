package dev.quern.bench.workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.NormalDistribution;

/** Which of many tenants asks next: each has a rate that does not change. One thread. */
public final class TenantRates {
    /**
     * Of the applications' invocations, as published of all of Azure Functions over two weeks of July 2019 (Shahrad et al., "Serverless in the Wild:
     * Characterizing and Optimizing the Serverless Workload at a Large Cloud Provider", USENIX ATC 2020, on invocation patterns): 45 % of the applications
     * are invoked once an hour or less, and 18.6 % once a minute at least, with 99.6 % of all invocations; rates span eight orders of magnitude.
     *
     * <p>Between and beyond these points the curve is ours: one log-normal distribution through the first two, cut off below at once in those two weeks,
     * as an application that was never invoked is in no log, and above at eight orders of magnitude more. By it the 18.6 % have 99.6 %, too.
     */
    private static final double AZURE_SHARE_HOURLY_AT_MOST = 0.45;

    private static final double AZURE_SHARE_LESS_THAN_EACH_MINUTE = 1 - 0.186;
    private static final double AZURE_RATES_SPAN = 1e8;
    private static final double MINUTES_IN_AN_HOUR = 60;
    private static final double MINUTES_OF_THE_STUDY = 14 * 24 * 60;
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
        double eachMinute = normal.inverseCumulativeProbability(AZURE_SHARE_LESS_THAN_EACH_MINUTE);
        double hourly = normal.inverseCumulativeProbability(AZURE_SHARE_HOURLY_AT_MOST);
        double sigma = Math.log(MINUTES_IN_AN_HOUR) / (eachMinute - hourly);
        double least = 1 / MINUTES_OF_THE_STUDY;
        double[] rates = new double[tenants];
        for (int i = 0; i < tenants; i++) {
            double quantile = normal.inverseCumulativeProbability(1 - (i + 0.5) / tenants);
            double perMinute = Math.exp(sigma * (quantile - eachMinute));
            rates[i] = Math.clamp(perMinute, least, least * AZURE_RATES_SPAN);
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
