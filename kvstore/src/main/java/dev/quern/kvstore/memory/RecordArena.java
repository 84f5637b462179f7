package dev.quern.kvstore.memory;

import dev.quern.ffi.linux.Mmap;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One tenant's contiguous range of addresses. Pages of it are handed out as slabs and as large blocks, and given back to the system when
 * they are not needed any more. Cores reach it through a {@link CoreAllocator} each, which exchanges blocks by the batch, and so come
 * here seldom. Safe on any thread: a lock guards what the cores share.
 */
public final class RecordArena implements AutoCloseable {
    /**
     * Addresses are this much wider than the quota, as free pages do not always lie together; they cost nothing until they are used.
     */
    private static final int RANGE_SPREAD = 3;

    /** Pages that hold memory are at most this many times the quota, as slabs are seldom all full. */
    private static final int COMMITTED_SPREAD = 2;

    /** And this much more, so that a small tenant, too, may have a slab of each class. */
    private static final long COMMITTED_SLACK_BYTES = 8 << 20;

    private static final long RANGE_SLACK_BYTES = 48 << 20;

    /** A step gives back at most so many pages, as others wait for the lock meanwhile. */
    private static final int PAGES_PER_STEP = 32;

    private final long reserved;
    private final long reservedBytes;
    private final long address;
    private final long length;
    private final Quota quota;
    private final PageTable table;
    private final Spans spans;
    private final Slabs slabs;
    private final List<CoreAllocator> allocators = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();

    /** Left by cores that were closed. */
    private long closedBlockBytes;

    private long closedContentBytes;

    /**
     * Reserves a range on small pages.
     *
     * @throws IOException when the system has no address space to give
     */
    public RecordArena(long quotaBytes) throws IOException {
        this(quotaBytes, false, new CommitAhead());
    }

    /**
     * Reserves the range.
     *
     * @param hugePages whether the kernel is asked for huge pages: random reads of much memory then wait less for address translation,
     *     and memory comes and goes by 2 MiB. The first 2 MiB stay on small ones, for small tenants.
     * @param ahead asked for huge pages shortly before the range grows into them
     * @throws IOException when the system has no address space to give
     */
    public RecordArena(long quotaBytes, boolean hugePages, CommitAhead ahead) throws IOException {
        long bytes = quotaBytes * RANGE_SPREAD + RANGE_SLACK_BYTES;
        length = Math.ceilDiv(bytes, Mmap.HUGE_PAGE_BYTES) * Mmap.HUGE_PAGE_BYTES;
        reservedBytes = length + Mmap.HUGE_PAGE_BYTES;
        reserved = Mmap.reserve(reservedBytes);
        address = Math.ceilDiv(reserved, Mmap.HUGE_PAGE_BYTES) * Mmap.HUGE_PAGE_BYTES;
        boolean isHuge = hugePages && Mmap.adviseHuge(address + Mmap.HUGE_PAGE_BYTES, length - Mmap.HUGE_PAGE_BYTES);
        int pages = pages(length);
        table = new PageTable(pages);
        int committedMax = pages(quotaBytes * COMMITTED_SPREAD + COMMITTED_SLACK_BYTES);
        spans = new Spans(address, table, committedMax, isHuge ? Spans.HUGE_PAGES : pages, ahead);
        slabs = new Slabs(spans, table);
        quota = new Quota(quotaBytes);
    }

    private static int pages(long bytes) {
        return Math.toIntExact(Math.ceilDiv(bytes, SizeClasses.PAGE_BYTES));
    }

    public long address() {
        return address;
    }

    public long length() {
        return length;
    }

    public Quota quota() {
        return quota;
    }

    /** Bytes of the pages that hold memory, or will once they are touched. */
    public long residentBytes() {
        return (long) spans.committedPages() << SizeClasses.PAGE_SHIFT;
    }

    /** The most that {@link #residentBytes} can be. */
    public long residentBytesMax() {
        return (long) spans.committedMax() << SizeClasses.PAGE_SHIFT;
    }

    /** Bytes of the pages that are in slabs or large blocks; the rest of the resident ones is free and will be given back. */
    public long usedBytes() {
        return (long) spans.usedPages() << SizeClasses.PAGE_SHIFT;
    }

    /** Sizes of all blocks in use, those included that wait until nobody reads them. May be a moment old. */
    public long blockBytes() {
        synchronized (lock) {
            long bytes = closedBlockBytes;
            for (CoreAllocator allocator : allocators) {
                bytes += allocator.blockBytes();
            }
            return bytes;
        }
    }

    /** How much of {@link #blockBytes} was asked for; the rest is what size classes waste. */
    public long contentBytes() {
        synchronized (lock) {
            long bytes = closedContentBytes;
            for (CoreAllocator allocator : allocators) {
                bytes += allocator.contentBytes();
            }
            return bytes;
        }
    }

    /** Bytes of free blocks that cores keep to themselves. May be a moment old. */
    public long cachedBytes() {
        long bytes = 0;
        for (CoreAllocator allocator : allocators) {
            bytes += allocator.cachedBytes();
        }
        return bytes;
    }

    /** Bytes of the quota that cores drew and have not spent. May be a moment old. */
    public long creditBytes() {
        long bytes = 0;
        for (CoreAllocator allocator : allocators) {
            bytes += allocator.creditBytes();
        }
        return bytes;
    }

    void attach(CoreAllocator allocator) {
        allocators.add(allocator);
    }

    void detach(CoreAllocator allocator) {
        synchronized (lock) {
            closedBlockBytes += allocator.blockBytes();
            closedContentBytes += allocator.contentBytes();
            allocators.remove(allocator);
        }
    }

    /**
     * Takes free blocks of a class, or when there is no memory for them one of a larger class.
     *
     * @return how many there were, up to {@code countMax}
     */
    int take(int sizeClass, long[] blocks, int countMax) {
        synchronized (lock) {
            int taken = slabs.take(sizeClass, blocks, countMax);
            for (int larger = sizeClass + 1; taken == 0 && larger < SizeClasses.COUNT; larger++) {
                taken = slabs.takePresent(larger, blocks, 1);
            }
            return taken;
        }
    }

    /** Takes so many blocks of any classes back. */
    void give(long[] blocks, int count) {
        synchronized (lock) {
            for (int i = 0; i < count; i++) {
                slabs.give(blocks[i]);
            }
        }
    }

    /** A block of whole pages, or 0. */
    long takeLarge(int bytes) {
        synchronized (lock) {
            int page = spans.allocate(SizeClasses.pages(bytes));
            if (page == Spans.NONE) {
                return 0;
            }
            table.note(page, 0);
            return spans.addressOf(page);
        }
    }

    void giveLarge(long block, int bytes) {
        synchronized (lock) {
            spans.free(spans.pageOf(block), SizeClasses.pages(bytes));
        }
    }

    /**
     * Gives a few pages back to the system that were not needed throughout the last second. Cheap when there are none.
     *
     * @param nowMs unix milliseconds
     * @return how much was done; 0 when there is nothing to do now
     */
    public int maintain(long nowMs) {
        if (spans.committedPages() == spans.usedPages()) {
            return 0;
        }
        synchronized (lock) {
            return spans.maintain(nowMs, PAGES_PER_STEP);
        }
    }

    /** Ends the range; nobody may touch it afterwards. */
    @Override
    public void close() throws IOException {
        slabs.close();
        table.close();
        Mmap.unmap(reserved, reservedBytes);
    }
}
