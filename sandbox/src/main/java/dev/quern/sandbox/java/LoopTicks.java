package dev.quern.sandbox.java;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts ticks into the loops of a function's classes when they are loaded: every 64 iterations, counted in a local variable, the thread's
 * running call is told, which may then stand still or end. What neither loops nor calls the store is not met.
 */
public final class LoopTicks {
    private static final int TICK_EVERY = 64;
    private static final ClassDesc HERE = ClassDesc.of(LoopTicks.class.getName());
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(ConstantDescs.CD_void);
    private static final ThreadLocal<@Nullable JavaCall> RUNNING = new ThreadLocal<>();

    private LoopTicks() {}

    /** A call begins on this thread. */
    static void begin(JavaCall call) {
        if (RUNNING.get() != call) {
            RUNNING.set(call);
        }
    }

    /** What the rewritten code calls. */
    public static void tick() {
        JavaCall call = RUNNING.get();
        if (call != null) {
            call.tick();
        }
    }

    /** The class with ticks in its loops. */
    static byte[] insert(byte[] classBytes, ClassHierarchyResolver classes) {
        ClassFile files = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(classes));
        ClassModel parsed = files.parse(classBytes);
        return files.transformClass(parsed, (builder, element) -> {
            if (element instanceof MethodModel method) {
                builder.transformMethod(method, (inside, part) -> {
                    if (part instanceof CodeAttribute code) {
                        inside.transformCode(code, new Ticking(code.maxLocals()));
                    } else {
                        inside.with(part);
                    }
                });
            } else {
                builder.with(element);
            }
        });
    }

    /** Before each branch backwards: count, and tick when it is time. */
    private static final class Ticking implements CodeTransform {
        private final int local;
        private final Set<Label> passed = new HashSet<>();

        Ticking(int local) {
            this.local = local;
        }

        @Override
        public void atStart(CodeBuilder code) {
            code.iconst_0().istore(local);
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            if (element instanceof LabelTarget target) {
                passed.add(target.label());
            } else if (element instanceof BranchInstruction branch && passed.contains(branch.target())) {
                code.iinc(local, 1)
                        .iload(local)
                        .loadConstant(TICK_EVERY - 1)
                        .iand()
                        .ifThen(java.lang.classfile.Opcode.IFEQ, due -> due.invokestatic(HERE, "tick", NOTHING));
            }
            code.with(element);
        }
    }
}
