package dev.quern.sandbox.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ffi.linux.Mmap;
import dev.quern.ffi.linux.NativeMemory;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That much memory goes back a little at a time, and all of it does. */
@Timeout(60)
class ReturnedMemoryTest {
    private static final long MIB = 1 << 20;

    private final ReturnedMemory returned = new ReturnedMemory();

    private static long touched(long bytes) throws IOException {
        long address = Mmap.reserve(bytes);
        NativeMemory.fill(address, bytes, (byte) 1);
        return address;
    }

    @Test
    void shouldReturnMuchInStepsAndAllInTheEnd() throws IOException {
        long address = touched(8 * MIB);
        returned.unmap(address, 8 * MIB, 8 * MIB);
        assertEquals(8 * MIB, returned.waitingBytes());
        long resident = Mmap.residentBytes(address, 8 * MIB);
        assertEquals(8 * MIB, resident);
        int steps = 1;
        while (returned.waitingBytes() > 0) {
            assertTrue(returned.returnSome());
            if (returned.waitingBytes() > 0) {
                long now = Mmap.residentBytes(address, 8 * MIB);
                assertTrue(now < resident && now >= resident - MIB, "from " + resident + " to " + now);
                resident = now;
                steps++;
            }
        }
        assertTrue(steps >= 8, "steps: " + steps);
        assertFalse(returned.returnSome());
    }

    @Test
    void shouldReturnLittleOnTheSpotAndWhatWaitsInTurn() throws IOException {
        returned.unmap(touched(4096), 4096, 4096);
        assertEquals(0, returned.waitingBytes());
        returned.unmap(touched(2 * MIB), 2 * MIB, 2 * MIB);
        returned.unmap(touched(3 * MIB), 3 * MIB, 3 * MIB);
        assertEquals(5 * MIB, returned.waitingBytes());
        returned.returnAll();
        assertEquals(0, returned.waitingBytes());
    }

    @Test
    void shouldLetNothingWaitThatIsToGoAtOnce() throws IOException {
        ReturnedMemory atOnce = ReturnedMemory.atOnce();
        atOnce.unmap(touched(4 * MIB), 4 * MIB, 4 * MIB);
        assertEquals(0, atOnce.waitingBytes());
        assertFalse(atOnce.returnSome());
    }
}
