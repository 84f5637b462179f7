package dev.quern.sandbox;

import java.util.Arrays;
import java.util.Random;

/** Bytes of a module, changed: as bits flip, as pieces get lost, come twice or change places, and as lengths lie. */
final class Mangled {
    private static final int HEADER_BYTES = 8;
    private static final int CHANGES_MAX = 4;
    private static final int PIECE_MAX = 64;
    private static final int[] LIES = {0, 1, 0x7f, 0x80, 0xff, 0x40, 0x0b, 0xfc, 0xfd};

    private Mangled() {}

    static byte[] of(byte[] module, Random random) {
        byte[] mangled = module.clone();
        for (int changes = 1 + random.nextInt(CHANGES_MAX); changes > 0; changes--) {
            int at = HEADER_BYTES + random.nextInt(mangled.length - HEADER_BYTES);
            int length = Math.min(1 + random.nextInt(PIECE_MAX), mangled.length - at);
            switch (random.nextInt(6)) {
                case 0 -> mangled[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                case 1 -> mangled[at] = (byte) LIES[random.nextInt(LIES.length)];
                case 2 -> mangled[at] = (byte) random.nextInt();
                case 3 -> mangled = changed(mangled, at, length, new byte[0]);
                case 4 -> {
                    byte[] piece = Arrays.copyOfRange(mangled, at, at + length);
                    mangled = changed(mangled, at, 0, piece);
                }
                default -> {
                    int from = HEADER_BYTES + random.nextInt(mangled.length - HEADER_BYTES - length + 1);
                    System.arraycopy(mangled, from, mangled, at, length);
                }
            }
            if (mangled.length < HEADER_BYTES + PIECE_MAX) {
                break;
            }
        }
        return mangled;
    }

    /** With other bytes in these ones' stead. */
    private static byte[] changed(byte[] module, int at, int removed, byte[] added) {
        byte[] changed = new byte[module.length - removed + added.length];
        System.arraycopy(module, 0, changed, 0, at);
        System.arraycopy(added, 0, changed, at, added.length);
        System.arraycopy(module, at + removed, changed, at + added.length, module.length - at - removed);
        return changed;
    }
}
