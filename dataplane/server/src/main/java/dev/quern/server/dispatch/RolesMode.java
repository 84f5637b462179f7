package dev.quern.server.dispatch;

/**
 * How cores come to their roles.
 *
 * @param kind the rule
 * @param functionCores how many run functions under {@link Kind#STATIC}
 */
public record RolesMode(Kind kind, int functionCores) {
    /** The rules. */
    public enum Kind {
        /** All cores serve; functions run on the core that received them. */
        INLINE,
        /** A fixed number of cores run all functions; the others serve. */
        STATIC,
        /** Cores change roles with the load. */
        ADAPTIVE
    }

    public static final RolesMode INLINE = new RolesMode(Kind.INLINE, 0);
    public static final RolesMode ADAPTIVE = new RolesMode(Kind.ADAPTIVE, 0);

    /** With so many cores for functions. */
    public static RolesMode fixed(int functionCores) {
        return new RolesMode(Kind.STATIC, functionCores);
    }

    /** As in the configuration: {@code adaptive}, {@code static: 2}, {@code inline}. */
    @Override
    public String toString() {
        return switch (kind) {
            case INLINE -> "inline";
            case STATIC -> "static: " + functionCores;
            case ADAPTIVE -> "adaptive";
        };
    }
}
