package dev.quern.sandbox.spec;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.quern.sandbox.spec.SpecRuntime.Reference;
import dev.quern.sandbox.spec.SpecRuntime.SpecType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/** Values as a script writes them: integers in decimal without a sign, floats as their bits in decimal. */
final class SpecValue {
    private static final int F32_QUIET = 0x7fc0_0000;
    private static final long F64_QUIET = 0x7ff8_0000_0000_0000L;
    private static final String CANONICAL = "nan:canonical";
    private static final String ARITHMETIC = "nan:arithmetic";

    private SpecValue() {}

    static SpecType type(JsonObject value) {
        return SpecType.valueOf(value.get("type").getAsString().toUpperCase(Locale.ROOT));
    }

    /** An argument. */
    static Object parse(JsonObject value) {
        return switch (type(value)) {
            case I32 -> Integer.parseUnsignedInt(text(value));
            case I64 -> Long.parseUnsignedLong(text(value));
            case F32 -> Float.intBitsToFloat(Integer.parseUnsignedInt(text(value)));
            case F64 -> Double.longBitsToDouble(Long.parseUnsignedLong(text(value)));
            case V128 -> vector(value);
            case EXTERNREF, FUNCREF ->
                text(value).equals("null") ? Reference.NULL : new Reference(Integer.parseInt(text(value)));
        };
    }

    private static String text(JsonObject value) {
        return value.get("value").getAsString();
    }

    private static byte[] vector(JsonObject value) {
        JsonArray lanes = value.getAsJsonArray("value");
        int width = 16 / lanes.size();
        ByteBuffer vector = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < lanes.size(); i++) {
            put(vector, i * width, width, Long.parseUnsignedLong(lanes.get(i).getAsString()));
        }
        return vector.array();
    }

    private static void put(ByteBuffer vector, int at, int width, long lane) {
        for (int i = 0; i < width; i++) {
            vector.put(at + i, (byte) (lane >>> 8 * i));
        }
    }

    /** Whether a result is what a script expects. */
    static boolean matches(JsonObject expected, Object actual) {
        return switch (type(expected)) {
            case I32, I64 -> actual.equals(parse(expected));
            case F32 -> matchesF32(text(expected), Float.floatToRawIntBits((Float) actual));
            case F64 -> matchesF64(text(expected), Double.doubleToRawLongBits((Double) actual));
            case V128 -> matchesVector(expected, (byte[]) actual);
            case EXTERNREF -> actual.equals(parse(expected));
            case FUNCREF ->
                !expected.has("value")
                        || actual.equals(Reference.NULL) == text(expected).equals("null");
        };
    }

    private static boolean matchesF32(String expected, int bits) {
        return switch (expected) {
            case CANONICAL -> (bits & 0x7fff_ffff) == F32_QUIET;
            case ARITHMETIC -> (bits & F32_QUIET) == F32_QUIET;
            default -> bits == Integer.parseUnsignedInt(expected);
        };
    }

    private static boolean matchesF64(String expected, long bits) {
        return switch (expected) {
            case CANONICAL -> (bits & Long.MAX_VALUE) == F64_QUIET;
            case ARITHMETIC -> (bits & F64_QUIET) == F64_QUIET;
            default -> bits == Long.parseUnsignedLong(expected);
        };
    }

    private static boolean matchesVector(JsonObject expected, byte[] actual) {
        JsonArray lanes = expected.getAsJsonArray("value");
        ByteBuffer vector = ByteBuffer.wrap(actual).order(ByteOrder.LITTLE_ENDIAN);
        String laneType = expected.get("lane_type").getAsString();
        if (!laneType.startsWith("f")) {
            return Arrays.equals(vector(expected), actual);
        }
        for (int i = 0; i < lanes.size(); i++) {
            String lane = lanes.get(i).getAsString();
            boolean isSame = laneType.equals("f32")
                    ? matchesF32(lane, vector.getInt(4 * i))
                    : matchesF64(lane, vector.getLong(8 * i));
            if (!isSame) {
                return false;
            }
        }
        return true;
    }

    /** For people. */
    static String describe(Object value) {
        return switch (value) {
            case byte[] vector -> HexFormat.of().formatHex(vector);
            case Float number -> number + " (0x" + Integer.toHexString(Float.floatToRawIntBits(number)) + ")";
            case Double number -> number + " (0x" + Long.toHexString(Double.doubleToRawLongBits(number)) + ")";
            default -> value.toString();
        };
    }
}
