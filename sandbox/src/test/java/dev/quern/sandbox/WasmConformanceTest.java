package dev.quern.sandbox;

import static dev.quern.sandbox.Rig.bytes;
import static dev.quern.sandbox.Rig.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.kvstore.Ballast;
import dev.quern.kvstore.TenantConfig;
import dev.quern.sandbox.guest.WindowedMemory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every runtime of WebAssembly does alike beyond that: the window, wild addresses, memory that grows. A subclass names its runtime. */
abstract class WasmConformanceTest extends RuntimeConformanceTest {
    @Test
    void shouldSayWhichRuntimeIsInForce() throws FunctionRefusedException {
        assertEquals(runtime(), rig.functions().report().runtime());
        assertEquals(runtime(), rig.example("noop").runtime());
    }

    @ParameterizedTest
    @ValueSource(strings = {"store8", "store32", "store64", "store_float", "fill", "copy", "arg", "incr"})
    void shouldTrapStoresIntoTheWindow(String entry) throws FunctionRefusedException {
        rig.hostile("window");
        worker.put("key", "some value of some length");
        assertStatus(FunctionStatus.TRAPPED, worker.call("window." + entry, bytes("arguments")));
        assertEquals("some value of some length", worker.get("key"));
        assertNull(worker.get("number"));
        assertMentions("tenant=" + rig.tenant().id(), "window." + entry);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0001_0000, 0x0100_0000, 0x3fff_fff9, 0x3fff_ffff, 0xffff_fff9, 0xffff_ffff})
    void shouldTrapReadsBeyondMemoryAndWindow(int address) throws FunctionRefusedException {
        rig.hostile("window");
        assertStatus(FunctionStatus.TRAPPED, worker.call("window.load64", number(address)));
        assertStatus(FunctionStatus.TRAPPED, worker.call("window.store", number(address)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"reply_beyond", "reply_all", "key_beyond", "value_beyond"})
    void shouldTrapIntrinsicsOnWildAddresses(String entry) throws FunctionRefusedException {
        rig.hostile("window");
        assertStatus(FunctionStatus.TRAPPED, worker.call("window." + entry));
        assertEquals(0, worker.outcome().replyLength());
    }

    @Test
    void shouldTrapReadsPastTheArena() throws FunctionRefusedException {
        long quota = 1 << 20;
        try (Rig small = new Rig(runtime(), TenantConfig.defaults().withQuotaBytes(quota))) {
            small.hostile("window");
            long end = WindowedMemory.WINDOW_START + small.tenant().arenaLength();
            assertEquals(FunctionStatus.TRAPPED, small.worker().call("window.load8", number((int) end)));
            assertEquals(FunctionStatus.TRAPPED, small.worker().call("window.load64", number((int) (end - 7))));
        }
    }

    @Test
    void shouldReadRecordsPastTheWindow() throws FunctionRefusedException {
        try (Rig large = new Rig(runtime(), TenantConfig.defaults().withQuotaBytes(4L << 30))) {
            Rig.Worker far = large.worker();
            Ballast.fill(far.storeCore(), large.tenant(), 3L << 30);
            large.hostile("calls");
            large.hostile("window");
            for (String value : List.of("the very bytes", "x".repeat(100_000), "")) {
                far.put("from", value);
                far.put("key", "some value of some length");
                assertTrue(Ballast.offset(far.storeCore(), large.tenant().defaultTable(), bytes("key"))
                        > WindowedMemory.WINDOW_BYTES_MAX);
                assertEquals(
                        FunctionStatus.OK,
                        far.call("calls.copy_record", bytes("from"), bytes("to")),
                        () -> far.outcome().error());
                assertEquals(value, far.replyText());
                assertEquals(value, far.get("to"));
                for (String entry : List.of("store8", "store64", "arg", "incr")) {
                    assertEquals(FunctionStatus.TRAPPED, far.call("window." + entry, bytes("arguments")));
                }
                assertEquals("some value of some length", far.get("key"));
            }
        }
    }

    @Test
    void shouldGrowMemoryUpToTheManifestsLimit() throws FunctionRefusedException {
        byte[] module = Rig.module("hostile/growth");
        Manifest manifest = Rig.patient("growth").withMemoryPagesMax(5);
        rig.functions().deploy(rig.tenant(), manifest, module, false);
        assertStatus(FunctionStatus.OK, worker.call("growth"));
        assertEquals(5, worker.replyNumbers().getInt());
        assertStatus(FunctionStatus.OK, worker.call("growth.all_at_once"));
    }

    @Test
    void shouldRunAModuleThatDefinesItsMemoryWithinTheMaximumThatItGives() throws FunctionRefusedException {
        rig.hostile("own_memory");
        assertStatus(FunctionStatus.OK, worker.call("own_memory"));
        // One page, at most two: growing by one gives 1, and by another -1.
        ModuleWriter body = new ModuleWriter().raw(0);
        body.i32(1).raw(0x40, 0).i32(1).raw(0x47).i32(1).raw(0x40, 0).i32(-1).raw(0x47, 0x72, 0x0b);
        byte[] module = ModuleWriter.module()
                .section(ModuleWriter.TYPES, new ModuleWriter().raw(1, 0x60, 0, 1, ModuleWriter.I32))
                .section(ModuleWriter.FUNCTIONS, new ModuleWriter().raw(1, 0))
                .section(ModuleWriter.MEMORIES, new ModuleWriter().raw(1, 1, 1, 2))
                .section(
                        ModuleWriter.EXPORTS,
                        new ModuleWriter().raw(1).name("run").raw(0, 0))
                .section(ModuleWriter.CODE, new ModuleWriter().raw(1).sized(body.toByteArray()))
                .toByteArray();
        rig.functions().deploy(rig.tenant(), Rig.patient("bounded"), module, false);
        assertStatus(FunctionStatus.OK, worker.call("bounded"));
    }
}
