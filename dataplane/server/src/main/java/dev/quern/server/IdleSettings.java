package dev.quern.server;

import dev.quern.server.loop.IdleConfig;

/** When idle cores sleep: the {@code idle} keys. Collected by {@link ServerConfig.Builder#idle}. */
public final class IdleSettings {
    private int spins = IdleConfig.DEFAULT.spins();
    private int yields = IdleConfig.DEFAULT.yields();
    private int waitMs = IdleConfig.DEFAULT.waitMs();
    private int parkUs = IdleConfig.DEFAULT.parkUs();
    private int parkMaxUs = IdleConfig.DEFAULT.parkMaxUs();

    IdleSettings() {}

    /** Empty turns before a core yields. */
    public IdleSettings spins(int turns) {
        spins = ConfigKey.range("idle.spins", turns, 0, 1_000_000_000);
        return this;
    }

    /** Further empty turns before it sleeps. */
    public IdleSettings yields(int turns) {
        yields = ConfigKey.range("idle.yields", turns, 0, 1_000_000_000);
        return this;
    }

    /** The longest sleep of a core that events wake. */
    public IdleSettings waitMs(int ms) {
        waitMs = ConfigKey.range("idle.wait_ms", ms, 1, 60_000);
        return this;
    }

    /** The first sleep of a core with a port that cannot wake it. */
    public IdleSettings parkUs(int us) {
        parkUs = ConfigKey.range("idle.park_us", us, 1, 1_000_000);
        return this;
    }

    /** What such a sleep may double up to. */
    public IdleSettings parkMaxUs(int us) {
        parkMaxUs = ConfigKey.range("idle.park_max_us", us, 1, 1_000_000);
        return this;
    }

    IdleConfig toConfig() {
        if (parkMaxUs < parkUs) {
            throw new ConfigException("idle.park_max_us (" + parkMaxUs + ") is below idle.park_us (" + parkUs
                    + "): raise the one or lower the other");
        }
        return new IdleConfig(spins, yields, waitMs, parkUs, parkMaxUs);
    }
}
