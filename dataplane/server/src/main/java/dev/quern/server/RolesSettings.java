package dev.quern.server;

import dev.quern.protocol.Limits;
import dev.quern.server.dispatch.RolesMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which cores serve and which run functions: the {@code roles} keys. Collected by {@link ServerConfig.Builder#roles}. */
public final class RolesSettings {
    private RolesMode.@Nullable Kind kind;
    private int functionCores = 1;

    RolesSettings() {}

    /** {@code adaptive}, {@code static} or {@code inline}. */
    public RolesSettings mode(String name) {
        kind = switch (name) {
            case "adaptive" -> RolesMode.Kind.ADAPTIVE;
            case "static" -> RolesMode.Kind.STATIC;
            case "inline" -> RolesMode.Kind.INLINE;
            default -> throw new ConfigException("roles.mode is \"" + name + "\": choose adaptive, static or inline");
        };
        return this;
    }

    /** How many cores run functions and do not serve, where the mode is static. */
    public RolesSettings functionCores(int count) {
        functionCores = ConfigKey.range("roles.function_cores", count, 1, Limits.CORES_MAX);
        return this;
    }

    /** One core has nobody to share with. */
    RolesMode toMode(int cores) {
        RolesMode.Kind chosen = kind;
        if (chosen == null || chosen == RolesMode.Kind.ADAPTIVE) {
            return cores == 1 ? RolesMode.INLINE : RolesMode.ADAPTIVE;
        }
        if (chosen == RolesMode.Kind.INLINE) {
            return RolesMode.INLINE;
        }
        if (functionCores >= cores) {
            throw new ConfigException(String.format(
                    Locale.ROOT,
                    "roles.function_cores is %d of %d cores, so that none would serve: lower it, or raise cores",
                    functionCores,
                    cores));
        }
        return RolesMode.fixed(functionCores);
    }
}
