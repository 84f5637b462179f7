package dev.quern.bench.simulate;

/** Loads that change, each as the share of all cores' time that it asks for. */
enum LoadShape implements Load {
    /** All gets and all functions in turns of 100 ms, each at 95 % of what the cores can do. */
    SWING {
        @Override
        public double gets(long timeNs) {
            return timeNs / (100 * MS) % 2 == 0 ? 0.95 : 0;
        }

        @Override
        public double functions(long timeNs) {
            return timeNs / (100 * MS) % 2 == 0 ? 0 : 0.95;
        }
    },
    /** Mostly gets, and after 300 ms mostly functions. */
    STEP {
        @Override
        public double gets(long timeNs) {
            return timeNs < 300 * MS ? 0.7 : 0.2;
        }

        @Override
        public double functions(long timeNs) {
            return timeNs < 300 * MS ? 0.1 : 0.65;
        }
    },
    /** A steady mix, in which one tenant asks for half of all cores from 300 to 600 ms. */
    FLASH {
        @Override
        public double gets(long timeNs) {
            return 0.35;
        }

        @Override
        public double functions(long timeNs) {
            return 0.25 + flash(timeNs);
        }

        @Override
        public double flash(long timeNs) {
            return timeNs >= 300 * MS && timeNs < 600 * MS ? 0.5 : 0;
        }
    },
    /** A steady mix of gets and functions at 85 %. */
    MIXED {
        @Override
        public double gets(long timeNs) {
            return 0.45;
        }

        @Override
        public double functions(long timeNs) {
            return 0.4;
        }
    },
    /** Twice of what the cores can do, mostly functions. */
    OVERLOAD {
        @Override
        public double gets(long timeNs) {
            return 0.4;
        }

        @Override
        public double functions(long timeNs) {
            return 1.6;
        }
    };

    private static final long MS = 1_000_000;
}
