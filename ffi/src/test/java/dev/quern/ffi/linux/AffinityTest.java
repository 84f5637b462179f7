package dev.quern.ffi.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AffinityTest {
    @Test
    void shouldPinTheCallingThreadAlone() throws Exception {
        BitSet before = Affinity.allowed();
        assertFalse(before.isEmpty());
        BitSet[] inside = new BitSet[1];
        Thread thread = new Thread(() -> {
            try {
                Affinity.pin(before.nextSetBit(0));
                inside[0] = Affinity.allowed();
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        });
        thread.start();
        thread.join();
        assertEquals(1, inside[0].cardinality());
        assertTrue(inside[0].get(before.nextSetBit(0)));
        assertEquals(before, Affinity.allowed());
    }

    @Test
    void shouldRefuseAProcessorThatIsNotThere() {
        IOException refused = assertThrows(IOException.class, () -> Affinity.pin(1_023));
        assertTrue(String.valueOf(refused.getMessage()).contains("1023"), refused.getMessage());
    }
}
