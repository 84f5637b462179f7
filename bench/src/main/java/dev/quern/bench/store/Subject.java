package dev.quern.bench.store;

/** A map under test, with everything in one process. Any thread may ask for a session; a session is for one thread. */
interface Subject extends AutoCloseable {
    /** A thread's way into the map; to be opened and closed on that thread. */
    Session open();

    @Override
    void close();

    /** One thread's reads and writes. None of them allocates beyond what the map itself makes it allocate. */
    interface Session extends AutoCloseable {
        /**
         * Reads a whole value, and adds up its words, without a copy where the map lets a reader do so safely beside writers.
         *
         * @param seed of the record, {@link Entry#seed} of its number
         * @param number of the record
         * @return the sum, or {@link Entry#MISSING}
         */
        long get(long seed, long number);

        /** Writes a record, there or not, with a value of this generation. */
        void put(long seed, long number, long generation);

        @Override
        void close();
    }
}
