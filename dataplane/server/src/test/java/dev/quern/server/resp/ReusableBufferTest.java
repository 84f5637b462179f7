package dev.quern.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ReusableBufferTest {
    @Test
    void shouldLendTheSameOneAgain() {
        ReusableBuffer buffers = new ReusableBuffer(64, 64, 4);
        ByteBuf first = buffers.take().writeInt(7);
        first.release();
        ByteBuf second = buffers.take();
        assertSame(first, second);
        assertEquals(0, second.readableBytes());
        second.release();
        buffers.close();
        assertEquals(0, first.refCnt());
    }

    @Test
    void shouldUseAgainWhatWasHeldForAWhile() {
        ReusableBuffer buffers = new ReusableBuffer(64, 64, 4);
        Set<ByteBuf> used = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int round = 0; round < 10; round++) {
            List<ByteBuf> held = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                held.add(buffers.take());
            }
            used.addAll(held);
            held.forEach(ByteBuf::release);
        }
        assertEquals(4, used.size());
        buffers.close();
        used.forEach(each -> assertEquals(0, each.refCnt()));
    }

    @Test
    void shouldLeaveToItsHolderWhatIsBeyond() {
        ReusableBuffer buffers = new ReusableBuffer(64, 64, 2);
        ByteBuf one = buffers.take().writeInt(1);
        ByteBuf two = buffers.take().writeInt(2);
        ByteBuf three = buffers.take().writeInt(3);
        assertEquals(1, one.readInt());
        assertEquals(2, two.readInt());
        List.of(one, two, three).forEach(ByteBuf::release);
        assertEquals(
                1,
                List.of(one, two, three).stream()
                        .filter(each -> each.refCnt() == 0)
                        .count());
        buffers.close();
        List.of(one, two, three).forEach(each -> assertEquals(0, each.refCnt()));
    }

    @Test
    void shouldSayWhetherOneMayBeKept() {
        ReusableBuffer buffers = new ReusableBuffer(64, 64, 3);
        List<ByteBuf> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertTrue(buffers.hasRoom());
            held.add(buffers.take());
        }
        assertFalse(buffers.hasRoom());
        held.forEach(ByteBuf::release);
        assertTrue(buffers.hasRoom());
        buffers.close();
    }

    @Test
    void shouldLetGoOfOneThatHasGrown() {
        ReusableBuffer buffers = new ReusableBuffer(64, 128, 2);
        ByteBuf grown = buffers.take().capacity(256);
        grown.release();
        ByteBuf next = buffers.take();
        assertNotSame(grown, next);
        assertEquals(0, grown.refCnt());
        assertEquals(64, next.capacity());
        next.release();
        buffers.close();
    }
}
