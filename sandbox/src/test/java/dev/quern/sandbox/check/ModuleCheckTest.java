package dev.quern.sandbox.check;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Modules that no compiler of ours would write, byte by byte: section id, its length, its content. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ModuleCheckTest {
    private static final int PAGES_MAX = 16;

    private static final byte[] TYPES = section(1, 2, 0x60, 0, 1, 0x7f, 0x60, 0, 0);
    private static final byte[] FUNCTIONS = section(3, 2, 0, 1);
    private static final byte[] EXPORT_RUN = section(7, 1, 3, 'r', 'u', 'n', 0, 0);
    private static final byte[] ONE_MEMORY = section(5, 1, 0, 1);
    private static final byte[] START = section(8, 1);
    private static final byte[] CODE = section(10, 2, 4, 0, 0x41, 0, 0x0b, 2, 0, 0x0b);

    @Test
    void shouldTakeTheSmallestModule() throws ModuleRefusedException {
        assertEquals(
                List.of("run"),
                ModuleCheck.check(module(TYPES, FUNCTIONS, EXPORT_RUN, CODE), PAGES_MAX)
                        .entries());
    }

    @Test
    void shouldRefuseAStartFunction() {
        assertRefused("start function", TYPES, FUNCTIONS, EXPORT_RUN, START, CODE);
    }

    @Test
    void shouldRefuseATableWithoutAMaximum() {
        assertRefused("give each a maximum", TYPES, FUNCTIONS, section(4, 1, 0x70, 0, 1), EXPORT_RUN, CODE);
    }

    @Test
    void shouldRefuseTablesThatAreTooLargeTogether() {
        byte[] tables = section(4, 2, 0x70, 1, 0, 0x80, 0x80, 0x04, 0x70, 1, 0, 0x80, 0x80, 0x04);
        assertRefused("entries; the limit is", TYPES, FUNCTIONS, tables, EXPORT_RUN, CODE);
    }

    @Test
    void shouldRefuseMoreThanOneMemory() {
        byte[] imported = section(2, 1, 3, 'e', 'n', 'v', 6, 'm', 'e', 'm', 'o', 'r', 'y', 2, 0, 1);
        byte[] two = section(5, 2, 0, 1, 0, 1);
        assertRefused("more than one memory", TYPES, FUNCTIONS, two, EXPORT_RUN, CODE);
        assertRefused(
                "env.memory (once)",
                OwnMemory.toImport(module(TYPES, imported, FUNCTIONS, ONE_MEMORY, EXPORT_RUN, CODE)));
    }

    @Test
    void shouldImportTheMemoryThatAModuleDefines() throws ModuleRefusedException {
        byte[] imported = section(2, 1, 3, 'e', 'n', 'v', 6, 'm', 'e', 'm', 'o', 'r', 'y', 2, 1, 1, 3);
        byte[] custom = section(0, 2, 'a', 'b', 7);
        assertArrayEquals(
                module(custom, TYPES, imported, FUNCTIONS, EXPORT_RUN, CODE),
                OwnMemory.toImport(module(custom, TYPES, FUNCTIONS, section(5, 1, 1, 1, 3), EXPORT_RUN, CODE)));
        ModuleFacts facts = ModuleCheck.check(module(TYPES, imported, FUNCTIONS, EXPORT_RUN, CODE), PAGES_MAX);
        assertEquals(1, facts.memoryPages());
        assertEquals(3, facts.memoryPagesMax());
    }

    @Test
    void shouldLeaveAloneWhatDefinesNoMemoryOrBreaksOff() {
        byte[] none = module(TYPES, FUNCTIONS, EXPORT_RUN, CODE);
        assertSame(none, OwnMemory.toImport(none));
        byte[] whole = module(TYPES, FUNCTIONS, ONE_MEMORY, EXPORT_RUN, CODE);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertTrue(OwnMemory.toImport(cut).length <= whole.length + 32);
        }
    }

    @Test
    void shouldRefuseExportsThatAreThereTwiceOrNotAtAll() {
        assertRefused(
                "'run' twice", TYPES, FUNCTIONS, section(7, 2, 3, 'r', 'u', 'n', 0, 0, 3, 'r', 'u', 'n', 0, 1), CODE);
        assertRefused("'run', which is not there", TYPES, FUNCTIONS, section(7, 1, 3, 'r', 'u', 'n', 0, 2), CODE);
    }

    private static void assertRefused(String mention, byte[]... sections) {
        assertRefused(mention, module(sections));
    }

    private static void assertRefused(String mention, byte[] module) {
        ModuleRefusedException refused =
                assertThrows(ModuleRefusedException.class, () -> ModuleCheck.check(module, PAGES_MAX));
        assertTrue(String.valueOf(refused.getMessage()).contains(mention), refused.getMessage());
    }

    private static byte[] module(byte[]... sections) {
        ByteArrayOutputStream module = new ByteArrayOutputStream();
        module.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        for (byte[] section : sections) {
            module.writeBytes(section);
        }
        return module.toByteArray();
    }

    private static byte[] section(int id, int... content) {
        byte[] section = new byte[2 + content.length];
        section[0] = (byte) id;
        section[1] = (byte) content.length;
        for (int i = 0; i < content.length; i++) {
            section[2 + i] = (byte) content[i];
        }
        return section;
    }
}
