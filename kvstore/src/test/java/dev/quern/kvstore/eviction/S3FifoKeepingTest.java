package dev.quern.kvstore.eviction;

/** With entries that stand for a key's records, as in a hash table. */
class S3FifoKeepingTest extends S3FifoTest {
    S3FifoKeepingTest() {
        super(true);
    }
}
