package dev.quern.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PacketBurstTest {
    private record Frame(long handle, long address, int length, int flags) {}

    @Test
    void shouldKeepWhatIsAddedUntilItIsTruncated() {
        SplittableRandom random = new SplittableRandom(5);
        PacketBurst burst = new PacketBurst(64);
        List<Frame> expected = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (burst.room() == 0 || random.nextInt(12) == 0) {
                int left = random.nextInt(3) == 0 ? 0 : random.nextInt(burst.count() + 1);
                burst.truncate(left);
                expected.subList(left, expected.size()).clear();
            } else {
                // Mostly alike, as a device's frames are.
                int flags = random.nextInt(8) == 0 ? random.nextInt() : PacketFlags.NONE;
                Frame frame = new Frame(random.nextLong(), random.nextLong(1L << 47), random.nextInt(65_536), flags);
                burst.add(frame.handle, frame.address, frame.length, frame.flags);
                expected.add(frame);
            }
            check(expected, burst);
        }
    }

    private static void check(List<Frame> expected, PacketBurst burst) {
        assertEquals(expected.size(), burst.count());
        int all = 0;
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(
                    expected.get(i), new Frame(burst.handle(i), burst.address(i), burst.length(i), burst.flags(i)));
            all |= expected.get(i).flags;
        }
        if (!expected.isEmpty()) {
            // Of one that is uniform, all of a part's are all of the whole's.
            assertEquals(all, burst.flags(0, burst.count()));
        }
    }
}
