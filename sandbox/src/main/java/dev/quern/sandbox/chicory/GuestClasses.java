package dev.quern.sandbox.chicory;

import com.dylibso.chicory.compiler.internal.ClassLoadingCollector;
import com.dylibso.chicory.compiler.internal.Compiler;
import com.dylibso.chicory.compiler.internal.Shaded;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.WasmModule;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A module's classes, as Chicory's compiler writes them, but for its helpers for loads and stores: each module has a copy of these, which
 * here call {@link GuestAccess}.
 */
final class GuestClasses extends ClassLoadingCollector {
    private static final ClassDesc ACCESS = ClassDesc.of(GuestAccess.class.getName());

    /** By name; what Chicory's compiler does not call goes unused. */
    private static final Set<String> REPLACED = Arrays.stream(GuestAccess.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .map(Method::getName)
            .collect(Collectors.toUnmodifiableSet());

    /** Compiles a module; what is returned makes the code for its instances. */
    static Function<Instance, Machine> compile(WasmModule module) {
        return ((GuestClasses) Compiler.builder(module)
                        .withClassCollectorFactory(GuestClasses::new)
                        .build()
                        .compile()
                        .collector())
                .machineFactory();
    }

    @Override
    public byte[] resolve(Class<?> helper) {
        byte[] classBytes = super.resolve(helper);
        return helper == Shaded.class ? replaced(classBytes) : classBytes;
    }

    private static byte[] replaced(byte[] classBytes) {
        ClassFile files = ClassFile.of();
        ClassTransform transform = (builder, element) -> {
            if (element instanceof MethodModel method
                    && REPLACED.contains(method.methodName().stringValue())) {
                builder.withMethodBody(
                        method.methodName().stringValue(),
                        method.methodTypeSymbol(),
                        method.flags().flagsMask(),
                        code -> passOn(code, method.methodName().stringValue(), method.methodTypeSymbol()));
            } else {
                builder.with(element);
            }
        };
        return files.transformClass(files.parse(classBytes), transform);
    }

    private static void passOn(CodeBuilder code, String name, MethodTypeDesc type) {
        int slot = 0;
        for (ClassDesc parameter : type.parameterList()) {
            TypeKind kind = TypeKind.from(parameter);
            code.loadLocal(kind, slot);
            slot += kind.slotSize();
        }
        code.invokestatic(ACCESS, name, type).return_(TypeKind.from(type.returnType()));
    }
}
