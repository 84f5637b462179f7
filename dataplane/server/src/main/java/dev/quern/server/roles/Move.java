package dev.quern.server.roles;

import java.util.Arrays;

/**
 * One step of the provisioner: a core takes a role, and lanes go to other cores with it; or lanes only. Lanes leave a core before it stops
 * serving and reach it after it began to serve. Immutable.
 */
public final class Move {
    private static final int[] NONE = {};

    private final int core;
    private final Role from;
    private final Role to;
    private final int tenant;
    private final MoveCause cause;
    private final int[] lanes;
    private final int[] owners;

    /** Lanes and their new owners stand in pairs; the arrays become the move's own. */
    Move(int core, Role from, Role to, int tenant, MoveCause cause, int[] lanes, int[] owners) {
        if (lanes.length != owners.length) {
            throw new IllegalArgumentException(
                    "a lane without an owner: lanes=" + lanes.length + ", owners=" + owners.length);
        }
        this.core = core;
        this.from = from;
        this.to = to;
        this.tenant = tenant;
        this.cause = cause;
        this.lanes = lanes;
        this.owners = owners;
    }

    static Move role(int core, Role from, Role to, int tenant, MoveCause cause) {
        return new Move(core, from, to, tenant, cause, NONE, NONE);
    }

    static Move lane(int lane, int from, int to, MoveCause cause) {
        return new Move(
                from, Role.SERVING, Role.SERVING, LoadSnapshot.NO_TENANT, cause, new int[] {lane}, new int[] {to});
    }

    /** The core that changes its role; that gives a lane away when none does. */
    public int core() {
        return core;
    }

    public Role from() {
        return from;
    }

    public Role to() {
        return to;
    }

    public boolean changesRole() {
        return from != to;
    }

    /** Whose functions the core runs from now on, {@link LoadSnapshot#NO_TENANT} unless {@link #to} is dedicated. */
    public int tenant() {
        return tenant;
    }

    public MoveCause cause() {
        return cause;
    }

    /** How many lanes change their owner. */
    public int laneCount() {
        return lanes.length;
    }

    /** The lane of such a number, from 0 to below {@link #laneCount}. */
    public int lane(int number) {
        return lanes[number];
    }

    /** Which core turns {@link #lane lane(number)} from now on. */
    public int owner(int number) {
        return owners[number];
    }

    @Override
    public String toString() {
        return "core " + core + " " + from + " to " + to + (tenant == LoadSnapshot.NO_TENANT ? "" : " tenant " + tenant)
                + ", lanes " + Arrays.toString(lanes) + " to cores " + Arrays.toString(owners) + ": " + cause;
    }
}
