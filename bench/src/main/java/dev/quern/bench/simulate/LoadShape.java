package dev.quern.bench.simulate;

/** How the load goes over time: which share of all cores' time gets and functions ask for. */
enum LoadShape {
    /** All gets and all functions in turns of 100 ms, each at 95 % of what the cores can do. */
    SWING {
        @Override
        double gets(long timeNs) {
            return timeNs / (100 * MS) % 2 == 0 ? 0.95 : 0;
        }

        @Override
        double functions(long timeNs) {
            return timeNs / (100 * MS) % 2 == 0 ? 0 : 0.95;
        }
    },
    /** Mostly gets, and after 300 ms mostly functions. */
    STEP {
        @Override
        double gets(long timeNs) {
            return timeNs < 300 * MS ? 0.7 : 0.2;
        }

        @Override
        double functions(long timeNs) {
            return timeNs < 300 * MS ? 0.1 : 0.65;
        }
    },
    /** A steady mix, in which one tenant asks for half of all cores from 300 to 600 ms. */
    FLASH {
        @Override
        double gets(long timeNs) {
            return 0.35;
        }

        @Override
        double functions(long timeNs) {
            return 0.25 + flash(timeNs);
        }

        @Override
        double flash(long timeNs) {
            return timeNs >= 300 * MS && timeNs < 600 * MS ? 0.5 : 0;
        }
    },
    /** A steady mix of gets and functions at 85 %. */
    MIXED {
        @Override
        double gets(long timeNs) {
            return 0.45;
        }

        @Override
        double functions(long timeNs) {
            return 0.4;
        }
    },
    /** Twice of what the cores can do, mostly functions. */
    OVERLOAD {
        @Override
        double gets(long timeNs) {
            return 0.4;
        }

        @Override
        double functions(long timeNs) {
            return 1.6;
        }
    };

    private static final long MS = 1_000_000;

    abstract double gets(long timeNs);

    /** Of all tenants, the flash crowd's included. */
    abstract double functions(long timeNs);

    /** What one tenant asks for on top. */
    double flash(long timeNs) {
        return 0;
    }
}
