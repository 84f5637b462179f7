package dev.quern.sandbox.graal;

import java.util.ArrayList;
import java.util.List;
import org.graalvm.wasm.GlobalRegistry;
import org.graalvm.wasm.WasmInstance;
import org.graalvm.wasm.WasmType;
import org.graalvm.wasm.api.Vector128;

/**
 * What a module's variables held when it had just been instantiated. GraalWasm's internal classes are followed as of 25.0.2. Thread: the
 * core's.
 */
final class Globals {
    /** A variable that is no number. */
    private record Other(int address, Object value) {}

    private final GlobalRegistry registry;
    private final int[] addresses;
    private final long[] numbers;
    private final List<Other> others = new ArrayList<>(0);

    /**
     * Takes them down.
     *
     * @param count how many globals there are in the module as deployed; what follows them counts ticks, and goes on counting
     */
    Globals(WasmInstance instance, int count) {
        registry = instance.globals();
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (instance.module().isGlobalMutable(i)) {
                int address = instance.module().globalAddress(i);
                switch (instance.module().globalValueType(i)) {
                    case WasmType.I32_TYPE, WasmType.I64_TYPE, WasmType.F32_TYPE, WasmType.F64_TYPE ->
                        found.add(address);
                    case WasmType.V128_TYPE -> others.add(new Other(address, registry.loadAsVector128(address)));
                    default -> others.add(new Other(address, registry.loadAsReference(address)));
                }
            }
        }
        addresses = found.stream().mapToInt(Integer::intValue).toArray();
        numbers = new long[addresses.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = registry.loadAsLong(addresses[i]);
        }
    }

    /** What the first so many hold, of a module in which they are numbers. */
    static long[] numbers(WasmInstance instance, int count) {
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = instance.globals().loadAsLong(instance.module().globalAddress(i));
        }
        return numbers;
    }

    /** Makes the first ones hold other numbers; those that are constants hold them already. */
    static void setNumbers(WasmInstance instance, long[] numbers) {
        for (int i = 0; i < numbers.length; i++) {
            if (instance.module().isGlobalMutable(i)) {
                instance.globals().storeLong(instance.module().globalAddress(i), numbers[i]);
            }
        }
    }

    void restore() {
        for (int i = 0; i < addresses.length; i++) {
            registry.storeLong(addresses[i], numbers[i]);
        }
        for (Other other : others) {
            if (other.value instanceof Vector128 vector) {
                registry.storeVector128(other.address, vector);
            } else {
                registry.storeReference(other.address, other.value);
            }
        }
    }
}
