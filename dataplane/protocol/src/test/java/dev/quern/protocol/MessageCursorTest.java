package dev.quern.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MessageCursorTest {
    private final MessageCursor cursor = new MessageCursor();

    @Test
    void shouldWalkAllMessages() {
        Samples samples = Samples.requests();
        assertEquals(Verdict.GOOD, cursor.wrap(samples.memory(), 0, samples.length(), false));
        int count = 0;
        while (cursor.next()) {
            assertEquals(Verdict.GOOD, cursor.checkBody(), Opcode.name(cursor.opcode()));
            assertEquals(++count, cursor.sequence());
        }
        assertEquals(Verdict.GOOD, cursor.verdict());
        assertEquals(samples.count(), count);
    }

    @Test
    void shouldWalkAllReplies() {
        Samples samples = Samples.replies();
        assertEquals(Verdict.GOOD, cursor.wrap(samples.memory(), 0, samples.length(), true));
        int count = 0;
        while (cursor.next()) {
            assertEquals(Verdict.GOOD, cursor.checkBody(), Opcode.name(cursor.opcode()));
            count++;
        }
        assertEquals(samples.count(), count);
    }

    @Test
    void shouldNameWhatIsWrongWithADatagram() {
        Samples samples = Samples.requests();
        MemorySegment memory = samples.memory();
        int length = samples.length();
        assertEquals(Verdict.DATAGRAM_SHORT, cursor.wrap(memory, 0, 0, false));
        assertEquals(Verdict.DATAGRAM_SHORT, cursor.wrap(memory, 0, 15, false));
        assertFalse(cursor.next());
        assertEquals(Verdict.DATAGRAM_LONG, cursor.wrap(memory, 0, Limits.DATAGRAM_BYTES_MAX + 8, false));
        assertEquals(Verdict.DATAGRAM_UNALIGNED, cursor.wrap(memory, 0, length - 1, false));
        assertEquals(Verdict.BAD_FLAGS, cursor.wrap(memory, 0, length, true));
        Wire.putByte(memory, DatagramLayout.VERSION_OFFSET, 2);
        assertEquals(Verdict.BAD_VERSION, cursor.wrap(memory, 0, length, false));
        Wire.putByte(memory, DatagramLayout.MAGIC_OFFSET, 0);
        assertEquals(Verdict.BAD_MAGIC, cursor.wrap(memory, 0, length, false));
    }

    @Test
    void shouldNameWhatIsWrongWithAMessage() {
        MemorySegment memory = MemorySegment.ofArray(new byte[48]);
        DatagramLayout.writeHeader(memory, 0, 0, 1);
        assertEquals(Verdict.GOOD, cursor.wrap(memory, 0, 24, false));
        assertFalse(cursor.next());
        assertEquals(Verdict.MESSAGE_SHORT, cursor.verdict());
        for (int length : new int[] {15, 0, -1, Integer.MIN_VALUE}) {
            MessageLayout.writeHeader(memory, 16, Opcode.GET, 0, 0, 0, 1, 0);
            Wire.putInt(memory, 16 + MessageLayout.LENGTH_OFFSET, length);
            assertEquals(Verdict.GOOD, cursor.wrap(memory, 0, 48, false));
            assertFalse(cursor.next());
            assertEquals(Verdict.MESSAGE_SHORT, cursor.verdict());
        }
        for (int length : new int[] {33, 40, Integer.MAX_VALUE}) {
            Wire.putInt(memory, 16 + MessageLayout.LENGTH_OFFSET, length);
            assertEquals(Verdict.GOOD, cursor.wrap(memory, 0, 48, false));
            assertFalse(cursor.next());
            assertEquals(Verdict.MESSAGE_LONG, cursor.verdict());
        }
        MessageLayout.writeHeader(memory, 16, 63, 0, 0, 0, 1, 0);
        assertEquals(Verdict.GOOD, cursor.wrap(memory, 0, 32, false));
        assertTrue(cursor.next());
        assertEquals(Verdict.UNKNOWN_OPCODE, cursor.checkBody());
        MessageLayout.writeHeader(memory, 16, Opcode.GET, 0, 0, 0, 1, 0);
        assertEquals(Verdict.BAD_KEY_LENGTH, cursor.checkBody());
        MessageLayout.writeHeader(memory, 16, Opcode.GET, Status.NOT_FOUND, 0, 8, 1, 0);
        assertEquals(Verdict.REQUEST_WITH_STATUS, cursor.checkBody());
        MessageLayout.writeHeader(memory, 16, Opcode.PUT, 0, 0, 16, 1, 0);
        assertEquals(Verdict.GOOD, cursor.wrap(memory, 0, 48, false));
        assertTrue(cursor.next());
        PutLayout.write(memory, 32, 0, 5, 0);
        assertEquals(Verdict.BODY_LENGTHS, cursor.checkBody());
        PutLayout.write(memory, 32, 0, 4, 3);
        assertEquals(Verdict.BAD_FIELD, cursor.checkBody());
        PutLayout.write(memory, 32, -2, 4, 0);
        assertEquals(Verdict.BAD_FIELD, cursor.checkBody());
        PutLayout.write(memory, 32, -1, 4, 1);
        assertEquals(Verdict.GOOD, cursor.checkBody());
    }

    /** Such a length, added up as an int, would lead before the body. */
    @Test
    void shouldRefuseAValueThatIsLongerThanAnyReply() {
        MemorySegment memory = MemorySegment.ofArray(new byte[64]);
        MultiGetReplyLayout.write(memory, 0, 2);
        MultiGetEntryLayout.write(memory, MultiGetReplyLayout.BYTES_MIN, 1, Integer.MAX_VALUE);
        assertEquals(Verdict.BODY_LENGTHS, BodyCheck.reply(memory, Opcode.MULTI_GET, Status.OK, 0, 64));
    }

    /** The array ends where the datagram ends, so that a read outside throws. */
    @Test
    void shouldNeitherThrowNorReadOutsideWhateverComes() {
        for (boolean replies : new boolean[] {false, true}) {
            for (long seed = 0; seed < 60_000; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                Samples samples = replies ? Samples.replies() : Samples.requests();
                int length = random.nextInt(4) == 0 ? random.nextInt(samples.length() + 1) : samples.length();
                length = random.nextBoolean() ? length & -8 : length;
                byte[] bytes = Wire.bytes(samples.memory(), 0, length);
                for (int i = random.nextInt(8); i > 0 && length > 0; i--) {
                    mutate(random, bytes);
                }
                if (length > DatagramLayout.FLAGS_OFFSET && random.nextInt(8) != 0) {
                    DatagramLayout.writeHeader(
                            MemorySegment.ofArray(bytes.length < 16 ? new byte[16] : bytes),
                            0,
                            replies ? DatagramLayout.FLAG_REPLY : 0,
                            1);
                }
                walk(seed, MemorySegment.ofArray(bytes), length, replies);
            }
        }
    }

    private static void mutate(SplittableRandom random, byte[] bytes) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xFF : 0);
            default -> {
                for (int i = at; i < Math.min(at + 4, bytes.length); i++) {
                    bytes[i] = (byte) 0xFF;
                }
            }
        }
    }

    private void walk(long seed, MemorySegment memory, int length, boolean replies) {
        try {
            if (cursor.wrap(memory, 0, length, replies) != Verdict.GOOD) {
                assertFalse(cursor.next());
                return;
            }
            while (cursor.next()) {
                assertNotNull(cursor.checkBody());
                assertTrue(cursor.body() + cursor.bodyLength() <= length);
                assertNotNull(Opcode.name(cursor.opcode()));
                assertNotNull(Status.describe(cursor.status()));
            }
            assertNotNull(cursor.verdict().text());
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ", replies " + replies, e);
        }
    }
}
