package dev.quern.protocol;

import java.lang.foreign.MemorySegment;

/** Body of a {@link Opcode#ROLE} request. The name of a tenant fills the rest, with {@link #DEDICATED} alone. */
public final class RoleLayout {
    public static final int CORE_OFFSET = 0;
    public static final int ROLE_OFFSET = CORE_OFFSET + Short.BYTES;
    public static final int RESERVED_OFFSET = ROLE_OFFSET + Byte.BYTES;
    public static final int TENANT_OFFSET = RESERVED_OFFSET + Byte.BYTES;

    /** The least length of this body. */
    public static final int BYTES_MIN = TENANT_OFFSET;

    /** All roles follow the load again; the core does not count. */
    public static final int RELEASED = 0;

    /** The core serves. */
    public static final int SERVING = 1;

    /** It runs functions of all tenants. */
    public static final int FUNCTIONS = 2;

    /** It runs one tenant's. */
    public static final int DEDICATED = 3;

    private RoleLayout() {}

    /** Writes the fixed fields; the tenant's name follows at {@link #TENANT_OFFSET}. */
    public static void write(MemorySegment memory, long body, int core, int role) {
        Wire.putShort(memory, body + CORE_OFFSET, core);
        Wire.putByte(memory, body + ROLE_OFFSET, role);
        Wire.putByte(memory, body + RESERVED_OFFSET, 0);
    }

    public static int core(MemorySegment memory, long body) {
        return Wire.getUnsignedShort(memory, body + CORE_OFFSET);
    }

    public static int role(MemorySegment memory, long body) {
        return Wire.getUnsignedByte(memory, body + ROLE_OFFSET);
    }
}
