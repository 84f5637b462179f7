package dev.quern.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TagTest {
    /** The 64 vectors published with SipHash: key 00..0f, messages 00, 00 01, … (the first 8 and some that end a block). */
    private static final long[][] VECTORS = {
        {0, 0x726fdb47dd0e0e31L}, {1, 0x74f839c593dc67fdL}, {2, 0x0d6c8009d9a94f5aL}, {3, 0x85676696d7fb7e2dL},
        {4, 0xcf2794e0277187b7L}, {5, 0x18765564cd99a68dL}, {6, 0xcbc9466e58fee3ceL}, {7, 0xab0200f58b01d137L},
        {8, 0x93f5f5799a932462L}, {9, 0x9e0082df0ba9e4b0L}, {10, 0x7a5dbbc594ddb9f3L}, {11, 0xf4b32f46226bada7L},
        {12, 0x751e8fbc860ee5fbL}, {13, 0x14ea5627c0843d90L}, {14, 0xf723ca908e7af2eeL}, {15, 0xa129ca6149be45e5L},
        {63, 0x958a324ceb064572L},
    };

    @Test
    void shouldMatchThePublishedVectors() {
        Tag tag = new Tag(counting(Tag.KEY_BYTES));
        for (long[] vector : VECTORS) {
            byte[] message = counting((int) vector[0]);
            assertEquals(vector[1], tag.hash(MemorySegment.ofArray(message), 0, message.length), "length " + vector[0]);
        }
    }

    @Test
    void shouldHashBuffersAndNativeAddressesAlike() {
        Tag tag = new Tag(counting(Tag.KEY_BYTES));
        byte[] message = counting(77);
        long expected = tag.hash(MemorySegment.ofArray(message), 0, message.length);
        ByteBuffer buffer = ByteBuffer.allocateDirect(100);
        buffer.put(13, message);
        assertEquals(expected, tag.hash(MemorySegment.ofBuffer(buffer), 13, message.length));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(100);
            MemorySegment.copy(message, 0, segment, java.lang.foreign.ValueLayout.JAVA_BYTE, 3, message.length);
            MemorySegment all = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
            assertEquals(expected, tag.hash(all, segment.address() + 3, message.length));
        }
    }

    @Test
    void shouldNoticeEveryFlippedBit() {
        Tag tag = new Tag(counting(Tag.KEY_BYTES));
        MemorySegment memory = MemorySegment.ofArray(new byte[64]);
        DatagramLayout.writeHeader(memory, 0, DatagramLayout.FLAG_REPLY, 9);
        MessageLayout.writeHeader(memory, 16, Opcode.PING, 0, 0, 32, 1, 0);
        assertFalse(tag.verify(memory, 0, 64), "not sealed yet");
        tag.seal(memory, 0, 64);
        assertTrue(tag.verify(memory, 0, 64));
        for (int bit = 0; bit < 64 * Byte.SIZE; bit++) {
            int flipped = Wire.getUnsignedByte(memory, bit / 8) ^ 1 << bit % 8;
            Wire.putByte(memory, bit / 8, flipped);
            assertFalse(tag.verify(memory, 0, 64), "bit " + bit);
            Wire.putByte(memory, bit / 8, flipped ^ 1 << bit % 8);
        }
        assertTrue(tag.verify(memory, 0, 64));
        assertFalse(new Tag(new byte[Tag.KEY_BYTES]).verify(memory, 0, 64), "another key");
    }

    @Test
    void shouldRefuseAKeyOfAnotherLength() {
        assertThrows(IllegalArgumentException.class, () -> new Tag(new byte[15]));
    }

    @Test
    void shouldBindHandshakeDigestsToAllTheyCover() {
        byte[] secret = counting(5);
        byte[] one = counting(16);
        byte[] other = new byte[16];
        byte[] tenant = {'t'};
        byte[] proof = HandshakeCrypto.openProof(secret, one, other, tenant);
        assertEquals(HandshakeCrypto.PROOF_BYTES, proof.length);
        assertTrue(HandshakeCrypto.equal(proof, HandshakeCrypto.openProof(secret, one, other, tenant)));
        assertFalse(HandshakeCrypto.equal(proof, HandshakeCrypto.openProof(secret, other, one, tenant)));
        assertFalse(HandshakeCrypto.equal(proof, HandshakeCrypto.openProof(new byte[0], one, other, tenant)));
        assertFalse(HandshakeCrypto.equal(proof, HandshakeCrypto.openProof(secret, one, other, new byte[] {'u'})));
        byte[] cookie = HandshakeCrypto.cookie(secret, tenant, one, 7);
        assertTrue(HandshakeCrypto.isCookie(cookie, secret, tenant, one, 7));
        assertTrue(HandshakeCrypto.isCookie(cookie, secret, tenant, one, 8), "the slot before is good still");
        assertFalse(HandshakeCrypto.isCookie(cookie, secret, tenant, one, 9));
        assertFalse(HandshakeCrypto.isCookie(cookie, secret, new byte[] {'u'}, one, 7), "another peer");
        byte[] body = new byte[OpenedLayout.bytes(1)];
        byte[] opened = HandshakeCrypto.openedProof(secret, one, other, tenant, body);
        System.arraycopy(opened, 0, body, OpenedLayout.PROOF_OFFSET, opened.length);
        assertTrue(HandshakeCrypto.equal(opened, HandshakeCrypto.openedProof(secret, one, other, tenant, body)));
        body[OpenedLayout.WINDOW_OFFSET]++;
        assertFalse(HandshakeCrypto.equal(opened, HandshakeCrypto.openedProof(secret, one, other, tenant, body)));
        assertEquals(Tag.KEY_BYTES, HandshakeCrypto.sessionKey(secret, one, other).length);
    }

    @Test
    void shouldAgreeWithItselfAtEveryOffset() {
        SplittableRandom random = new SplittableRandom(7);
        Tag tag = new Tag(counting(Tag.KEY_BYTES));
        for (int i = 0; i < 200; i++) {
            byte[] message = new byte[random.nextInt(200)];
            random.nextBytes(message);
            int offset = random.nextInt(9);
            MemorySegment shifted = MemorySegment.ofArray(new byte[offset + message.length]);
            Wire.putBytes(shifted, offset, message);
            assertEquals(
                    tag.hash(MemorySegment.ofArray(message), 0, message.length),
                    tag.hash(shifted, offset, message.length));
        }
    }

    private static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }
}
