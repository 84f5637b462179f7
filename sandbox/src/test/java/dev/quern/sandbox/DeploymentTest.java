package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deploying, replacing, removing, finding; and what is refused, with what message. */
@Timeout(60)
class DeploymentTest {
    private Rig rig;

    @BeforeEach
    void open() {
        rig = new Rig(Manifest.AUTO);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void assertRefused(byte[] module, String... parts) {
        assertRefused(Rig.patient("refused"), module, parts);
    }

    private void assertRefused(Manifest manifest, byte[] module, String... parts) {
        FunctionRefusedException refused = assertThrows(
                FunctionRefusedException.class, () -> rig.functions().deploy(rig.tenant(), manifest, module, false));
        for (String part : parts) {
            assertTrue(
                    refused.getMessage().contains(part), () -> "'" + part + "' is missing in: " + refused.getMessage());
        }
        assertEquals(List.of(), rig.functions().list(rig.tenant()));
        assertNull(rig.functions().find(rig.tenant(), manifest.name()));
    }

    @Test
    void shouldListDescribeAndRemove() throws FunctionRefusedException {
        rig.example("counter");
        FunctionInfo graph = rig.example("graph");
        assertEquals(List.of("most", "reach"), graph.entries());
        assertEquals(
                List.of("counter", "graph"),
                rig.functions().list(rig.tenant()).stream()
                        .map(info -> info.manifest().name())
                        .toList());
        assertEquals(graph, rig.functions().describe(rig.tenant(), "graph"));
        assertNull(rig.functions().describe(rig.tenant(), "none"));
        assertTrue(rig.functions().remove(rig.tenant(), "graph"));
        assertTrue(!rig.functions().remove(rig.tenant(), "graph"));
        assertNull(rig.functions().find(rig.tenant(), "graph.reach"));
        rig.worker().functionCore().maintain(System.nanoTime());
        assertEquals(1, rig.functions().list(rig.tenant()).size());
    }

    @Test
    void shouldFindFunctionsByNamesInNativeMemory() throws FunctionRefusedException {
        rig.example("counter");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom("counter.run and more");
            Function whole = rig.functions().find(rig.tenant(), name.address(), "counter.run".length());
            assertNotNull(whole);
            assertEquals("counter.run", whole.name());
            assertNotNull(rig.functions().find(rig.tenant(), name.address(), "counter".length()));
            assertNull(rig.functions().find(rig.tenant(), name.address(), "counte".length()));
            name.set(ValueLayout.JAVA_BYTE, 0, (byte) 'x');
            assertNull(rig.functions().find(rig.tenant(), name.address(), "counter".length()));
        }
        assertSame(
                rig.functions().find(rig.tenant(), "counter"), rig.functions().find(rig.tenant(), "counter"));
    }

    @Test
    void shouldReplaceOnlyWhenToldTo() throws FunctionRefusedException {
        Rig.Worker worker = rig.worker();
        Manifest manifest = Rig.patient("f");
        rig.functions().deploy(rig.tenant(), manifest, Rig.module("examples/noop"), false);
        Function old = rig.function(rig.tenant(), "f");
        assertEquals(FunctionStatus.OK, worker.call("f", bytes("hello")));
        assertEquals("", worker.replyText());
        FunctionRefusedException refused = assertThrows(
                FunctionRefusedException.class,
                () -> rig.functions().deploy(rig.tenant(), manifest, Rig.module("examples/echo"), false));
        assertTrue(refused.getMessage().contains("replace"), refused.getMessage());
        rig.functions().deploy(rig.tenant(), manifest, Rig.module("examples/echo"), true);
        assertEquals(FunctionStatus.OK, worker.call("f", bytes("hello")));
        assertEquals("hello", worker.replyText());
        worker.functionCore().maintain(System.nanoTime());
        assertEquals(FunctionStatus.OK, worker.call(old, false, 0));
        assertEquals(FunctionStatus.OK, worker.call("f", bytes("again")));
        assertEquals("again", worker.replyText());
    }

    @Test
    void shouldKeepTheOldFunctionWhenItsReplacementIsRefused() throws FunctionRefusedException {
        rig.example("noop");
        assertThrows(
                FunctionRefusedException.class,
                () -> rig.functions()
                        .deploy(rig.tenant(), Rig.patient("noop"), Rig.module("hostile/unknown_import"), true));
        assertEquals(FunctionStatus.OK, rig.worker().call("noop"));
    }

    @Test
    void shouldKeepTenantsApart() throws FunctionRefusedException {
        Rig.Worker worker = rig.worker();
        Tenant other = rig.store().createTenant("other", TenantConfig.defaults());
        rig.hostile("calls");
        assertNull(rig.functions().find(other, "calls.get"));
        assertEquals(List.of(), rig.functions().list(other));
        rig.functions().deploy(other, Rig.patient("calls"), Rig.module("hostile/calls"), false);
        worker.put("key", "mine");
        worker.as(other).put("key", "theirs");
        for (int i = 0; i < 3; i++) {
            assertEquals(FunctionStatus.OK, worker.as(other).call("calls.get", bytes("key")));
            assertEquals("theirs", worker.replyText());
            assertEquals(FunctionStatus.OK, worker.as(rig.tenant()).call("calls.get", bytes("key")));
            assertEquals("mine", worker.replyText());
        }
        Function theirs = rig.function(other, "calls.get");
        assertThrows(
                IllegalArgumentException.class,
                () -> worker.callOn(rig.tenant().defaultTable(), theirs, false, 0, bytes("key")));
    }

    @Test
    void shouldKeepInstancesPrivateMemoryApart() throws FunctionRefusedException {
        Rig.Worker worker = rig.worker();
        Tenant other = rig.store().createTenant("other", TenantConfig.defaults());
        rig.hostile("calls");
        rig.functions().deploy(other, Rig.patient("calls"), Rig.module("hostile/calls"), false);
        assertEquals(FunctionStatus.FAILED, worker.call("calls.arg_cut", bytes("secret")));
        assertEquals("secr", worker.replyText());
        assertEquals(FunctionStatus.FAILED, worker.as(other).call("calls.arg_cut"));
        assertEquals(4, worker.reply().length);
        assertTrue(Arrays.equals(new byte[4], worker.reply()));
    }

    @Test
    void shouldRefuseWhatIsNoModule() {
        assertRefused(new byte[0], "not a WebAssembly module");
        assertRefused(bytes("(module)"), "not a WebAssembly module", "text");
        byte[] cut = Arrays.copyOf(Rig.module("examples/graph"), 200);
        assertRefused(cut, "refused");
    }

    @Test
    void shouldSayWhatToChangeInAModule() {
        assertRefused(Rig.module("hostile/unknown_import"), "quern.fetch_url", "put_ttl", "arg_count");
        assertRefused(Rig.module("hostile/wrong_signature"), "quern.reply", "reply(i32, i32) -> i32");
        assertRefused(Rig.module("hostile/no_entry"), "() -> i32", "run");
        byte[] threePages = ModuleWriter.module()
                .section(ModuleWriter.TYPES, new ModuleWriter().raw(1, 0x60, 0, 1, ModuleWriter.I32))
                .section(ModuleWriter.FUNCTIONS, new ModuleWriter().raw(1, 0))
                .section(ModuleWriter.MEMORIES, new ModuleWriter().raw(1, 0, 3))
                .section(
                        ModuleWriter.EXPORTS,
                        new ModuleWriter().raw(1).name("run").raw(0, 0))
                .section(ModuleWriter.CODE, new ModuleWriter().raw(1, 4, 0, 0x41, 0, 0x0b))
                .toByteArray();
        assertRefused(Rig.patient("small").withMemoryPagesMax(2), threePages, "3 pages", "2; raise memoryPagesMax");
    }

    @Test
    void shouldRefuseBadManifests() {
        byte[] noop = Rig.module("examples/noop");
        assertRefused(Rig.patient("1st"), noop, "1st");
        assertRefused(Rig.patient(""), noop, "letter");
        assertRefused(Rig.patient("a".repeat(65)), noop, "64");
        assertRefused(Rig.patient("f").withTimeLimitUs(0), noop, "time limit");
        assertRefused(Rig.patient("f").withTimeLimitUs(Limits.TIME_LIMIT_US_MAX + 1), noop, "time limit", "10000000");
        assertRefused(Rig.patient("f").withMemoryPagesMax(0), noop, "from 1 to 4096");
        assertRefused(Rig.patient("f").withMemoryPagesMax(Limits.MEMORY_PAGES_MAX + 1), noop, "from 1 to 4096");
        assertRefused(Rig.patient("f").withRuntime("v8"), noop, "v8", "graalwasm");
    }

    @Test
    void shouldRefuseOrRunButNeverBreakOnMangledModules() {
        byte[] good = Rig.module("examples/transfer");
        Random random = new Random(7);
        Manifest manifest = Manifest.named("mangled").withTimeLimitUs(5_000);
        for (int i = 0; i < 300; i++) {
            byte[] mangled = good.clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                mangled[8 + random.nextInt(mangled.length - 8)] = (byte) random.nextInt();
            }
            try {
                rig.functions().deploy(rig.tenant(), manifest, mangled, true);
            } catch (FunctionRefusedException refused) {
                assertTrue(!refused.getMessage().isEmpty());
                continue;
            }
            if (rig.functions().find(rig.tenant(), "mangled") != null) {
                rig.worker().call("mangled", bytes("a"), bytes("b"), bytes("1"));
            }
        }
    }
}
