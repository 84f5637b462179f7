package dev.quern.bench.simulate;

/** How much is asked for over time: which share of all cores' time gets and functions ask for. */
interface Load {
    double gets(long timeNs);

    /** Of all tenants, the flash crowd's included. */
    double functions(long timeNs);

    /** What one tenant asks for on top. */
    default double flash(long timeNs) {
        return 0;
    }

    /** Always the same shares. */
    record Steady(double gets, double functions) implements Load {
        @Override
        public double gets(long timeNs) {
            return gets;
        }

        @Override
        public double functions(long timeNs) {
            return functions;
        }
    }
}
