package dev.quern.kvstore.eviction;

/** With entries that stand for one record each, as in an ordered table. */
class S3FifoRequeuingTest extends S3FifoTest {
    S3FifoRequeuingTest() {
        super(false);
    }
}
