package dev.quern.sandbox.check;

import dev.quern.sandbox.guest.Intrinsic;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Turns a memory that a module defines into one that it imports, as {@code env.memory} with the same limits: so that the memory is
 * Quern's. Exports of it stay. Knows no more of a module than where its sections begin; whether it is a valid one is the parser's matter.
 */
public final class OwnMemory {
    private static final int HEADER_BYTES = 8;
    private static final int CUSTOM = 0;
    private static final int TYPES = 1;
    private static final int IMPORTS = 2;
    private static final int MEMORIES = 5;
    private static final int MEMORY_KIND = 2;

    private final ByteBuffer module;
    private final ByteArrayOutputStream rewritten = new ByteArrayOutputStream();

    private OwnMemory(byte[] module) {
        this.module = ByteBuffer.wrap(module);
    }

    /** The module with its memory imported; the same array when it has not exactly one of its own, or breaks off. */
    public static byte[] toImport(byte[] module) {
        try {
            return new OwnMemory(module).rewrite();
        } catch (RuntimeException broken) {
            // Lengths that lead out of the module; the parser will say so.
            return module;
        }
    }

    private byte[] rewrite() {
        ByteBuffer memories = section(MEMORIES);
        if (memories == null || unsigned(memories) != 1) {
            return module.array();
        }
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        name(entry, Intrinsic.MEMORY_MODULE);
        name(entry, Intrinsic.MEMORY_NAME);
        entry.write(MEMORY_KIND);
        entry.write(module.array(), memories.position(), memories.remaining());

        ByteBuffer imports = section(IMPORTS);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        unsigned(content, (imports == null ? 0 : unsigned(imports)) + 1);
        if (imports != null) {
            content.write(module.array(), imports.position(), imports.remaining());
        }
        content.writeBytes(entry.toByteArray());
        copySections(content.toByteArray());
        return rewritten.toByteArray();
    }

    /** All sections but the memory's; the imports, with the content given, in the place that is theirs. */
    private void copySections(byte[] imports) {
        boolean isWritten = false;
        rewritten.write(module.array(), 0, HEADER_BYTES);
        module.position(HEADER_BYTES);
        while (module.hasRemaining()) {
            int start = module.position();
            int id = module.get();
            int length = unsigned(module);
            module.position(module.position() + length);
            if (!isWritten && id != CUSTOM && id != TYPES) {
                rewritten.write(IMPORTS);
                unsigned(rewritten, imports.length);
                rewritten.writeBytes(imports);
                isWritten = true;
            }
            if (id != IMPORTS && id != MEMORIES) {
                rewritten.write(module.array(), start, module.position() - start);
            }
        }
    }

    /** A section's content, or null. */
    private @Nullable ByteBuffer section(int wanted) {
        module.position(HEADER_BYTES);
        while (module.hasRemaining()) {
            int id = module.get();
            int length = unsigned(module);
            if (id == wanted) {
                return module.duplicate().limit(module.position() + length);
            }
            module.position(module.position() + length);
        }
        return null;
    }

    private static int unsigned(ByteBuffer from) {
        int value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += 7) {
            int part = from.get();
            value |= (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than five bytes");
    }

    private static void unsigned(ByteArrayOutputStream to, int value) {
        int rest = value;
        for (; rest >>> 7 != 0; rest >>>= 7) {
            to.write(rest & 0x7f | 0x80);
        }
        to.write(rest);
    }

    private static void name(ByteArrayOutputStream to, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        unsigned(to, bytes.length);
        to.writeBytes(bytes);
    }
}
