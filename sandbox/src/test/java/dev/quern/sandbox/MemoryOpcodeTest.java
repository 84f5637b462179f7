package dev.quern.sandbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.Tenant;
import dev.quern.kvstore.TenantConfig;
import dev.quern.sandbox.MemoryProbes.Place;
import dev.quern.sandbox.guest.WindowedMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every instruction that touches memory, aimed at the window and private memory, at their edges and past them: loads find the right bytes
 * inside and trap elsewhere; stores trap wherever they are not in private memory, and leave the window as it was. A subclass names its
 * runtime and says which instructions it refuses.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MemoryOpcodeTest {
    private static final long PRIVATE_BYTES = WindowedMemory.PAGE_BYTES;
    private static final int SEEN_BYTES = 4096;
    private static final long ADDRESSES = 1L << 32;

    private Rig rig;

    /** A window that ends where the arena does, and one that ends where the runtime's addresses do. */
    private final List<Target> targets = new ArrayList<>();

    abstract String runtime();

    /** Where the window ends at the latest. */
    abstract long windowEndMax();

    /** What the refusal of a module with this instruction mentions; null when the instruction is offered. */
    abstract @Nullable String refusal(MemoryOpcode opcode);

    /** Why an instruction cannot be tried; null when it can. */
    @Nullable
    String obstacle(MemoryOpcode opcode) {
        return null;
    }

    /** One in so many places is tried. */
    int step() {
        return 1;
    }

    static List<MemoryOpcode> opcodes() {
        return MemoryOpcode.ALL;
    }

    /** A tenant and its window, of which the beginning, the middle and the end hold bytes that tell their places. */
    private record Target(Rig.Worker worker, Functions functions, Tenant tenant, long windowEnd) {
        long nativeAddress(long address) {
            return tenant.arenaAddress() + address - WindowedMemory.WINDOW_START;
        }

        long middle() {
            return WindowedMemory.WINDOW_START + (windowEnd - WindowedMemory.WINDOW_START) / 2 & -SEEN_BYTES;
        }

        List<Long> seen() {
            return List.of(WindowedMemory.WINDOW_START, middle(), windowEnd - SEEN_BYTES);
        }

        void mark() {
            for (long start : List.of(middle(), windowEnd - SEEN_BYTES)) {
                for (int i = 0; i < SEEN_BYTES; i++) {
                    NativeMemory.putByte(nativeAddress(start + i), (byte) (i * 89 + 0x91));
                }
            }
            worker.as(tenant).put("some key", "some value");
        }

        List<byte[]> look() {
            return seen().stream()
                    .map(start -> NativeMemory.toArray(nativeAddress(start), SEEN_BYTES))
                    .toList();
        }
    }

    @BeforeAll
    void open() {
        rig = new Rig(runtime());
        for (long quotaBytes : new long[] {1 << 20, 4L << 30}) {
            Tenant tenant = rig.store()
                    .createTenant("t" + quotaBytes, TenantConfig.defaults().withQuotaBytes(quotaBytes));
            long end = Math.min(windowEndMax(), WindowedMemory.WINDOW_START + tenant.arenaLength());
            Target target = new Target(rig.worker(), rig.functions(), tenant, end);
            target.mark();
            targets.add(target);
        }
    }

    @AfterAll
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @MethodSource("opcodes")
    void shouldReachWhatItMayAndTrapElsewhere(MemoryOpcode opcode) throws FunctionRefusedException {
        String obstacle = obstacle(opcode);
        assumeTrue(obstacle == null, obstacle);
        String refusal = refusal(opcode);
        for (Target target : targets) {
            if (refusal == null) {
                probe(target, opcode);
            } else {
                shouldRefuse(target, opcode, refusal);
            }
        }
    }

    private static void shouldRefuse(Target target, MemoryOpcode opcode, String refusal) {
        MemoryProbes probes = new MemoryProbes(opcode, List.of(new Place(0, 0)));
        FunctionRefusedException refused = assertThrows(
                FunctionRefusedException.class,
                () -> target.functions().deploy(target.tenant(), Rig.patient("refused"), probes.toModule(), false));
        assertTrue(refused.getMessage().contains(refusal), refused.getMessage());
        assertNull(target.functions().describe(target.tenant(), "refused"));
    }

    private void probe(Target target, MemoryOpcode opcode) throws FunctionRefusedException {
        long width = opcode.width();
        long start = WindowedMemory.WINDOW_START;
        long end = target.windowEnd();
        List<Place> inside = new ArrayList<>();
        for (long address : new long[] {start, start + 1, target.middle(), target.middle() + 3, end - width}) {
            inside.addAll(waysTo(opcode, address));
        }
        List<Place> own = new ArrayList<>();
        for (long address : new long[] {256, 1021, PRIVATE_BYTES - width}) {
            own.addAll(waysTo(opcode, address));
        }
        List<Place> outside = new ArrayList<>();
        for (long back = 1; back <= width; back++) {
            outside.addAll(waysTo(opcode, start - back));
            outside.addAll(waysTo(opcode, end - width + back));
            outside.addAll(waysTo(opcode, PRIVATE_BYTES - width + back));
        }
        for (long address : new long[] {
            PRIVATE_BYTES + 4096, WindowedMemory.COPIES_START, end + 4096, ADDRESSES - width, ADDRESSES - 1
        }) {
            outside.addAll(waysTo(opcode, address));
        }
        if (opcode.hasOffset()) {
            // What adds up to more than 32 bits must not wrap to private memory or the window.
            for (long address : new long[] {ADDRESSES, ADDRESSES + 256, ADDRESSES + start}) {
                outside.addAll(List.of(
                        new Place(ADDRESSES - 1, address - ADDRESSES + 1),
                        new Place(1L << 31, address - (1L << 31)),
                        new Place(address - ADDRESSES + 1, ADDRESSES - 1)));
            }
        }
        List<byte[]> before = target.look();
        if (opcode.writes()) {
            assertTraps(target, opcode, some(inside));
        } else {
            assertLoads(target, opcode, some(inside));
        }
        assertTraps(target, opcode, some(outside));
        assertOwnMemory(target, opcode, some(own));
        List<byte[]> after = target.look();
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), after.get(i), opcode.name());
        }
    }

    private List<Place> some(List<Place> places) {
        return IntStream.range(0, places.size())
                .filter(i -> i % step() == 0)
                .mapToObj(places::get)
                .toList();
    }

    /** The same address as a base, an offset, and in two ways the sum of both; for instructions without an offset, as it is. */
    private static List<Place> waysTo(MemoryOpcode opcode, long address) {
        if (!opcode.hasOffset()) {
            return List.of(new Place(address, 0));
        }
        return List.of(
                new Place(address, 0),
                new Place(0, address),
                new Place(address - 5, 5),
                new Place(address / 2, address - address / 2));
    }

    private static void assertTraps(Target target, MemoryOpcode opcode, List<Place> places)
            throws FunctionRefusedException {
        deploy(target, opcode, places);
        for (int i = 0; i < places.size(); i++) {
            int status = call(target, i);
            assertEquals(FunctionStatus.TRAPPED, status, opcode + " at " + places.get(i));
            String error = target.worker().outcome().error();
            assertTrue(
                    error.contains("out of bounds") || error.contains("into a record"),
                    opcode + " at " + places.get(i) + ": " + error);
        }
    }

    private static void assertLoads(Target target, MemoryOpcode opcode, List<Place> places)
            throws FunctionRefusedException {
        MemoryProbes probes = deploy(target, opcode, places);
        for (int i = 0; i < places.size(); i++) {
            byte[] there =
                    NativeMemory.toArray(target.nativeAddress(places.get(i).address()), opcode.width());
            assertReplies(target, probes, i, probes.expected(there));
        }
    }

    private static void assertOwnMemory(Target target, MemoryOpcode opcode, List<Place> places)
            throws FunctionRefusedException {
        MemoryProbes probes = deploy(target, opcode, places);
        for (int i = 0; i < places.size(); i++) {
            assertReplies(target, probes, i, probes.expected(new byte[opcode.width()]));
        }
    }

    private static MemoryProbes deploy(Target target, MemoryOpcode opcode, List<Place> places)
            throws FunctionRefusedException {
        MemoryProbes probes = new MemoryProbes(opcode, places);
        target.functions()
                .deploy(target.tenant(), Rig.patient("probes").withMemoryPagesMax(1), probes.toModule(), true);
        return probes;
    }

    /** Calls an entry; once more when compiling it took its time away. */
    private static int call(Target target, int place) {
        Rig.Worker worker = target.worker().as(target.tenant());
        String entry = "probes." + MemoryProbes.entry(place);
        int status = worker.call(entry);
        for (int i = 0; i < 3 && status == FunctionStatus.DEADLINE; i++) {
            status = worker.call(entry);
        }
        return status;
    }

    private static void assertReplies(Target target, MemoryProbes probes, int place, byte[] expected) {
        String what = probes.opcode() + " at " + probes.places().get(place);
        Rig.Worker worker = target.worker().as(target.tenant());
        assertEquals(
                FunctionStatus.OK,
                call(target, place),
                () -> what + ": " + worker.outcome().error());
        assertArrayEquals(expected, worker.reply(), what);
    }
}
