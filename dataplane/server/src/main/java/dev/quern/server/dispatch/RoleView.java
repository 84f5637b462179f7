package dev.quern.server.dispatch;

import dev.quern.server.roles.LoadSnapshot;
import dev.quern.server.roles.Role;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Who does what at one moment. Immutable. */
public final class RoleView {
    private final Role[] role;
    private final int[] dedicatedTo;
    private final int[] functionCores;
    private final boolean hasDedicated;

    private RoleView(Role[] role, int[] dedicatedTo) {
        this.role = role;
        this.dedicatedTo = dedicatedTo;
        functionCores = IntStream.range(0, role.length)
                .filter(core -> role[core] == Role.FUNCTIONS)
                .toArray();
        hasDedicated = Arrays.asList(role).contains(Role.DEDICATED);
    }

    /** All serve but the last so many. */
    static RoleView of(int cores, int functionCores) {
        Role[] role = new Role[cores];
        Arrays.setAll(role, core -> core < cores - functionCores ? Role.SERVING : Role.FUNCTIONS);
        int[] nobody = new int[cores];
        Arrays.fill(nobody, LoadSnapshot.NO_TENANT);
        return new RoleView(role, nobody);
    }

    RoleView with(int core, Role to, int tenant) {
        Role[] changed = role.clone();
        int[] dedicated = dedicatedTo.clone();
        changed[core] = to;
        dedicated[core] = tenant;
        return new RoleView(changed, dedicated);
    }

    /** How many cores there are. */
    public int cores() {
        return role.length;
    }

    public Role role(int core) {
        return role[core];
    }

    /** Whose functions it runs, {@link LoadSnapshot#NO_TENANT} when it is dedicated to nobody. */
    public int dedicatedTo(int core) {
        return dedicatedTo[core];
    }

    /** How many cores run all tenants' functions. */
    public int functionCores() {
        return functionCores.length;
    }

    /** One of them, from 0 on. */
    public int functionCore(int number) {
        return functionCores[number];
    }

    /** A core dedicated to a tenant, -1 for none. */
    int dedicatedCore(int tenant, int first) {
        if (!hasDedicated) {
            return -1;
        }
        for (int i = 0; i < role.length; i++) {
            int core = (first + i) % role.length;
            if (dedicatedTo[core] == tenant) {
                return core;
            }
        }
        return -1;
    }
}
