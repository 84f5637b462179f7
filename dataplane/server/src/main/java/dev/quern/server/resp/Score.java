package dev.quern.server.resp;

import dev.quern.ffi.linux.NativeMemory;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** Scores of sorted sets: read and written as Redis does by C's strtod and "%.17g", and put in order. Safe on any thread. */
final class Score {
    /** What stands for no number where one was asked for. */
    static final double NONE = Double.NaN;

    private static final Pattern DECIMAL = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");
    private static final Pattern HEXADECIMAL =
            Pattern.compile("[+-]?0[xX]([0-9a-fA-F]+\\.?[0-9a-fA-F]*|\\.[0-9a-fA-F]+)([pP][+-]?[0-9]+)?");
    private static final Pattern INFINITY = Pattern.compile("[+-]?inf(inity)?");
    private static final Pattern NOT_ZERO = Pattern.compile("[^eEpP]*[1-9a-fA-F][^eEpP]*([eEpP].*)?");
    private static final Pattern SPACE = Pattern.compile("[ \\t\\n\\x0B\\f\\r]+.*", Pattern.DOTALL);

    private static final MathContext DIGITS = new MathContext(17, RoundingMode.HALF_EVEN);
    private static final double WHOLE_BELOW = 1e17;
    private static final int FIXED_EXPONENT_MIN = -4;
    private static final int EXACT_DIGITS_MAX = 15;

    private Score() {}

    /** The number that an argument spells, or {@link #NONE}. */
    static double parse(long address, int length) {
        if (length <= EXACT_DIGITS_MAX && Ascii.isLong(address, length)) {
            // Exact; "-0" is none of these.
            return Ascii.parseLong(address, length);
        }
        if (length == 0) {
            return NONE;
        }
        return parse(new String(NativeMemory.toArray(address, length), StandardCharsets.ISO_8859_1));
    }

    private static double parse(String text) {
        if (INFINITY.matcher(text.toLowerCase(Locale.ROOT)).matches()) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        double value = finite(text);
        // C calls it an error.
        boolean outOfRange = Double.isInfinite(value)
                || value == 0 && NOT_ZERO.matcher(withoutPrefix(text)).matches();
        return outOfRange ? NONE : value;
    }

    private static String withoutPrefix(String text) {
        int hexadecimal = Math.max(text.indexOf('x'), text.indexOf('X'));
        return text.substring(hexadecimal + 1);
    }

    private static double finite(String text) {
        if (DECIMAL.matcher(text).matches()) {
            return Double.parseDouble(text);
        }
        if (HEXADECIMAL.matcher(text).matches()) {
            boolean hasExponent = text.indexOf('p') >= 0 || text.indexOf('P') >= 0;
            return Double.parseDouble(hasExponent ? text : text + "p0");
        }
        return NONE;
    }

    /** As {@link #parse}, for the bound of a range: looser, as Redis is there. */
    static double parseBound(long address, int length) {
        if (length == 0) {
            return 0;
        }
        String text = new String(NativeMemory.toArray(address, length), StandardCharsets.ISO_8859_1);
        int end = text.indexOf(0);
        String cut = end < 0 ? text : text.substring(0, end);
        if (SPACE.matcher(cut).matches()) {
            cut = cut.stripLeading();
            if (cut.isEmpty()) {
                return NONE;
            }
        } else if (cut.isEmpty()) {
            return 0;
        }
        return INFINITY.matcher(cut.toLowerCase(Locale.ROOT)).matches() ? parse(cut) : finite(cut);
    }

    /** The number as "%.17g" writes it. */
    static String text(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0 && Double.doubleToRawLongBits(value) != 0) {
            return "-0";
        }
        if (value == (long) value && Math.abs(value) < WHOLE_BELOW) {
            return Long.toString((long) value);
        }
        BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= FIXED_EXPONENT_MIN && exponent < DIGITS.getPrecision()) {
            return rounded.toPlainString();
        }
        String digits = rounded.unscaledValue().abs().toString();
        StringBuilder text = new StringBuilder();
        if (rounded.signum() < 0) {
            text.append('-');
        }
        text.append(digits.charAt(0));
        if (digits.length() > 1) {
            text.append('.').append(digits, 1, digits.length());
        }
        text.append(exponent < 0 ? "e-" : "e+");
        int magnitude = Math.abs(exponent);
        return text.append(magnitude < 10 ? "0" : "").append(magnitude).toString();
    }

    /** Bits that, unsigned, are in the order of the scores; one apart for scores next to each other. Both zeros are one. */
    static long ordered(double score) {
        // Minus zero and zero make zero.
        long bits = Double.doubleToRawLongBits(score + 0.0);
        return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
    }

    /** The score that has these bits. */
    static double ofOrdered(long ordered) {
        return Double.longBitsToDouble(ordered < 0 ? ordered ^ Long.MIN_VALUE : ~ordered);
    }
}
