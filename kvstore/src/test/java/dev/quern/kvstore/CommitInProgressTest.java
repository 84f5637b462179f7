package dev.quern.kvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.kvstore.index.BucketLock;
import dev.quern.kvstore.index.Index;
import dev.quern.kvstore.index.Slots;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A commit of several keys that has locked its buckets and not yet changed them: held there by hand, as its window is a few stores
 * wide. Whoever read the old record then might have seen already what comes after that commit.
 */
@Timeout(60)
class CommitInProgressTest {
    /** Long enough for a find that does not wait to return what is old; one that waits may take as long as it likes. */
    private static final long GRACE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Store store = Store.open(new StoreConfig(2, 42, false));
    private final Tenant tenant = store.createTenant("t", TenantConfig.defaults());

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @EnumSource(TableKind.class)
    void shouldShowWhatItWritesToAFindThatBeganMeanwhile(TableKind kind) throws Exception {
        Table table = tenant.createTable("other", TableConfig.defaults().withKind(kind));
        try (StoreCore core = store.attach();
                Keys keys = new Keys();
                ExecutorService threads = Executors.newSingleThreadExecutor()) {
            core.enter(1);
            keys.key("key").value("old").put(table, core);
            Index index = table.index();
            long hash = index.hash(keys.keyAddress(), keys.keyLength());
            long bucket = index.bucketOf(hash, keys.keyAddress(), keys.keyLength());
            keys.value("new");
            long record = core.allocateFull(
                    tenant,
                    keys.keyAddress(),
                    keys.keyLength(),
                    keys.valueAddress(),
                    keys.valueLength(),
                    Record.NO_EXPIRY);
            long slot = index.slotOf(bucket, hash, keys.keyAddress(), keys.keyLength());
            CountDownLatch begun = new CountDownLatch(1);
            BucketLock.lockToCommit(bucket, core.index());
            Future<byte[]> found = threads.submit(() -> find(table, begun));
            begun.await();
            LockSupport.parkNanos(GRACE_NS);
            Slots.publish(slot, hash, record);
            BucketLock.unlockAt(bucket, BucketLock.changes(bucket) + 1);
            assertEquals("new", new String(found.get(), StandardCharsets.UTF_8));
            core.exit();
        }
    }

    private byte[] find(Table table, CountDownLatch begun) {
        try (StoreCore core = store.attach();
                Keys keys = new Keys()) {
            core.enter(1);
            keys.key("key");
            begun.countDown();
            byte[] value = Record.value(keys.find(table, core));
            core.exit();
            return value;
        }
    }
}
