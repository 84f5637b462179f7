package dev.quern.protocol;

/**
 * The hash by which network devices spread flows over their receive queues (RSS). Both ends know the key, so that a client can choose a
 * source port whose packets reach the queue that it wants. Any thread.
 *
 * <p>Source: Microsoft, "RSS Hashing Types" and "Verifying the RSS Hash Calculation", whose key this is.
 */
public final class Toeplitz {
    /** Ways in a device's indirection table that the queues are dealt to in turn; a power of two that every device's table is a multiple of. */
    public static final int TABLE_ENTRIES = 64;

    /** What the key must have for two IPv6 addresses and two ports. */
    public static final int KEY_BYTES = 40;

    private static final int[] KEY_WORDS = {
        0x6d5a56da,
        0x255b0ec2,
        0x4167253d,
        0x43a38fb0,
        0xd0ca2bcb,
        0xae7b30b4,
        0x77cb2da3,
        0x8030f20c,
        0x6a42b73b,
        0xbeac01fa
    };

    private Toeplitz() {}

    /** The key, as a device is given it. */
    public static byte[] key() {
        byte[] key = new byte[KEY_BYTES];
        for (int i = 0; i < KEY_BYTES; i++) {
            key[i] = (byte) (KEY_WORDS[i / Integer.BYTES] >>> 24 - i % Integer.BYTES * Byte.SIZE);
        }
        return key;
    }

    /**
     * The hash of a packet's addresses and ports.
     *
     * @param addresses the source address, then the destination's: 8 bytes for IPv4, 32 for IPv6
     */
    public static int hash(byte[] addresses, int sourcePort, int destinationPort) {
        return hash(addresses) ^ portsHash(addresses.length, sourcePort, destinationPort);
    }

    /** What the ports add to the hash of so many bytes of addresses. */
    public static int portsHash(int addressBytes, int sourcePort, int destinationPort) {
        return bits(sourcePort << 16 | destinationPort, Integer.SIZE, addressBytes * Byte.SIZE);
    }

    /** The hash of a packet's addresses alone, as for what is neither UDP nor TCP. */
    public static int hash(byte[] addresses) {
        int hash = 0;
        for (int i = 0; i < addresses.length; i++) {
            hash ^= bits(addresses[i] << 24, Byte.SIZE, i * Byte.SIZE);
        }
        return hash;
    }

    /** The key's windows at the places of the bits set in the highest {@code count} of {@code value}, of which the first is at {@code position}. */
    private static int bits(int value, int count, int position) {
        int hash = 0;
        for (int i = 0; i < count; i++) {
            if ((value << i) < 0) {
                hash ^= window(position + i);
            }
        }
        return hash;
    }

    /** 32 bits of the key from this one on. */
    private static int window(int bit) {
        int word = bit / Integer.SIZE;
        int shift = bit % Integer.SIZE;
        return shift == 0 ? KEY_WORDS[word] : KEY_WORDS[word] << shift | KEY_WORDS[word + 1] >>> Integer.SIZE - shift;
    }

    /** The queue that this hash leads to, when the device's table has its entries dealt to the queues in turn. */
    public static int queue(int hash, int queueCount) {
        return (hash & TABLE_ENTRIES - 1) % queueCount;
    }
}
