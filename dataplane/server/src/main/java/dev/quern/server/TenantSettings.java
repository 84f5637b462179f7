package dev.quern.server;

import dev.quern.kvstore.TableConfig;
import dev.quern.kvstore.TenantConfig;
import dev.quern.kvstore.WhenFull;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A tenant that the server creates when it starts.
 *
 * @param name 1 to 64 letters, digits, {@code . _ -}
 * @param secret what clients prove that they know; empty for none, which is for loopback only
 * @param quotaBytes memory that its records may take
 * @param whenFull what its default table, and those that Redis clients make, do when that is used up
 * @param trustedRuntimes the runtimes without isolation that it may use for its functions
 * @param functions what its functions may have of the cores that run them
 * @param isOperator whether it may change what the server's cores do
 */
public record TenantSettings(
        String name,
        String secret,
        long quotaBytes,
        WhenFull whenFull,
        Set<String> trustedRuntimes,
        FunctionShare functions,
        boolean isOperator) {
    public static final long QUOTA_BYTES_MIN = 1L << 20;
    public static final long QUOTA_BYTES_MAX = 1L << 40;
    public static final long QUOTA_BYTES_DEFAULT = 1L << 30;

    /** The tenant that a server without configuration has. */
    public static final String NAME_DEFAULT = "default";

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}");

    public TenantSettings {
        trustedRuntimes = Set.copyOf(trustedRuntimes);
        if (!NAME.matcher(name).matches()) {
            throw new ConfigException(
                    "tenant name \"" + name
                            + "\" cannot be: use 1 to 64 letters, digits, dots, underscores and hyphens, a letter or digit first");
        }
        if (quotaBytes < QUOTA_BYTES_MIN || quotaBytes > QUOTA_BYTES_MAX) {
            throw new ConfigException("quota_bytes of tenant " + name + " is " + quotaBytes + ": it goes from "
                    + QUOTA_BYTES_MIN + " to " + QUOTA_BYTES_MAX);
        }
    }

    /** A tenant that is trusted with nothing. */
    public TenantSettings(String name, String secret, long quotaBytes, WhenFull whenFull) {
        this(name, secret, quotaBytes, whenFull, Set.of(), FunctionShare.USUAL, false);
    }

    /** A tenant with the default quota, which refuses what does not fit. */
    public static TenantSettings of(String name, String secret) {
        return new TenantSettings(name, secret, QUOTA_BYTES_DEFAULT, WhenFull.REFUSE);
    }

    /** The same tenant, trusted with runtimes that do not isolate: what runs there may do whatever the server may. */
    public TenantSettings trusting(String... runtimes) {
        return new TenantSettings(name, secret, quotaBytes, whenFull, Set.of(runtimes), functions, isOperator);
    }

    /** The same tenant, whose functions have such a share. */
    public TenantSettings sharing(FunctionShare share) {
        return new TenantSettings(name, secret, quotaBytes, whenFull, trustedRuntimes, share, isOperator);
    }

    /** The same tenant, which may change what the server's cores do. */
    public TenantSettings operating() {
        return new TenantSettings(name, secret, quotaBytes, whenFull, trustedRuntimes, functions, true);
    }

    /** The store's configuration of it. */
    TenantConfig toConfig() {
        return new TenantConfig(secret.getBytes(StandardCharsets.UTF_8), quotaBytes)
                .withDefaultTable(TableConfig.defaults().withWhenFull(whenFull));
    }

    /** Secrets stay out of logs. */
    @Override
    public String toString() {
        return "tenant " + name + (secret.isEmpty() ? " without secret" : " with secret") + ", quota " + quotaBytes
                + (whenFull == WhenFull.EVICT ? ", evicting" : "")
                + (isOperator ? ", operator" : "")
                + (trustedRuntimes.isEmpty() ? "" : ", trusted with " + new TreeSet<>(trustedRuntimes));
    }
}
