package dev.quern.pushback;

import dev.quern.client.FunctionModule;
import dev.quern.client.QuernException;
import dev.quern.ffi.linux.NativeMemory;
import dev.quern.kvstore.StoreStatus;
import dev.quern.protocol.Status;
import dev.quern.sandbox.FunctionRuntime;
import dev.quern.sandbox.FunctionStatus;
import dev.quern.sandbox.Limits;
import dev.quern.sandbox.LocalModule;
import dev.quern.sandbox.guest.Arguments;
import dev.quern.sandbox.guest.CallState;
import dev.quern.sandbox.guest.FunctionCalls;
import dev.quern.sandbox.guest.GuestTrap;
import dev.quern.sandbox.guest.GuestTrap.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Functions that a running function calls, run here as it is, by the rules that hold at the server. Each is asked for once in a call, so that
 * it is the one that is deployed. Thread: its worker's.
 */
final class LocalCalls implements FunctionCalls {
    private record Running(LocalModule module, String name) {}

    private final ClientHome home;
    private final CallState state;
    private final RunRecords records;
    private final List<Running> running = new ArrayList<>();
    private final Map<String, LocalModule> called = new HashMap<>();
    private int result;

    LocalCalls(ClientHome home, CallState state, RunRecords records) {
        this.home = home;
        this.state = state;
        this.records = records;
    }

    /** A call begins; what was asked for in others is asked for again. */
    void clear() {
        called.clear();
    }

    /** An attempt begins with this one. */
    void begin(LocalModule first, String name) {
        running.clear();
        running.add(new Running(first, name));
    }

    @Override
    public int call(long nameAddress, int nameLength, long arguments, int argumentsLength) {
        result = 0;
        String name = new String(
                NativeMemory.toArray(
                        nameAddress,
                        Math.min(Math.max(0, nameLength), dev.quern.protocol.Limits.FUNCTION_NAME_BYTES_MAX)),
                StandardCharsets.UTF_8);
        LocalModule module;
        try {
            module = name.isEmpty() || name.charAt(0) == '.' ? null : module(home.moduleName(name));
        } catch (QuernException refused) {
            return refusal(refused);
        }
        String entry = module == null ? null : module.entry(name);
        if (module == null || entry == null) {
            return StoreStatus.NOT_FOUND;
        }
        Running caller = running.getLast();
        check(caller, module, name);
        Arguments list = new Arguments();
        if (!list.set(arguments, argumentsLength)) {
            throw trap(
                    caller,
                    name,
                    "the arguments are not a list: u32 count, then u32 length and bytes for each, and nothing after");
        }
        int code = run(module, name, home.entry(module, entry), list);
        result = code;
        return code == 0 ? StoreStatus.OK : FunctionStatus.FAILED;
    }

    private static int refusal(QuernException refused) {
        return switch (refused.status()) {
            case Status.UNKNOWN_FUNCTION -> StoreStatus.NOT_FOUND;
            case Status.FUNCTION_PAUSED -> FunctionStatus.PAUSED;
            case Status.FUNCTION_REFUSED -> throw new RunAtServerException(refused.getMessage());
            default -> throw refused;
        };
    }

    private LocalModule module(String name) {
        LocalModule known = called.get(name);
        if (known == null) {
            FunctionModule fetched = home.fetch(name);
            known = home.module(name, fetched);
            called.put(name, known);
        }
        return known;
    }

    private int run(LocalModule module, String name, FunctionRuntime.Entry entry, Arguments list) {
        int mark = records.mark();
        CallState.Caller caller = state.enter(list, module.manifest().readOnly());
        running.add(new Running(module, name));
        int code;
        try {
            code = entry.call();
        } catch (GuestTrap trap) {
            home.discard(module);
            throw trap.reason() == Reason.TRAP ? new GuestTrap(Reason.TRAP, name + ": " + trap.getMessage()) : trap;
        } catch (RuntimeException | Error ended) {
            home.discard(module);
            throw ended;
        }
        running.removeLast();
        state.leave(caller);
        if (code != 0) {
            records.rollBack(mark);
        }
        return code;
    }

    @SuppressWarnings("ReferenceEquality") // a module is itself only
    private void check(Running caller, LocalModule module, String name) {
        if (running.size() > Limits.CALL_DEPTH_MAX) {
            throw trap(caller, name, "functions call functions " + Limits.CALL_DEPTH_MAX + " deep at most");
        }
        for (Running waiting : running) {
            if (waiting.module() == module) {
                throw trap(caller, name, waiting.name() + ", of the same module, is running in this call");
            }
        }
    }

    private static GuestTrap trap(Running caller, String called, String why) {
        return new GuestTrap(Reason.TRAP, caller.name() + " called " + called + ": " + why);
    }

    @Override
    public int result() {
        return result;
    }
}
