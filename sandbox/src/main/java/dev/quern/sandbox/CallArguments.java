package dev.quern.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** A call's arguments as people write them: {@code hex:00ff} for bytes, anything else for itself in UTF-8; {@code utf8:} may stand before it. */
public final class CallArguments {
    private static final String HEX = "hex:";
    private static final String UTF8 = "utf8:";

    private CallArguments() {}

    /**
     * One argument.
     *
     * @throws FunctionRefusedException when what follows {@code hex:} is not hexadecimal
     */
    public static byte[] parse(String word) throws FunctionRefusedException {
        if (!word.startsWith(HEX)) {
            return (word.startsWith(UTF8) ? word.substring(UTF8.length()) : word).getBytes(StandardCharsets.UTF_8);
        }
        try {
            return HexFormat.of().parseHex(word.substring(HEX.length()));
        } catch (IllegalArgumentException bad) {
            throw new FunctionRefusedException(
                    "'" + word + "' is no argument: behind hex: come two hexadecimal digits for each byte", bad);
        }
    }

    /**
     * Several, as an invocation has them: a u32 count, and each behind its length as a u32.
     *
     * @throws FunctionRefusedException as {@link #parse}
     */
    public static byte[] parse(List<String> words) throws FunctionRefusedException {
        byte[][] arguments = new byte[words.size()][];
        int length = Integer.BYTES;
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = parse(words.get(i));
            length += Integer.BYTES + arguments[i].length;
        }
        ByteBuffer list = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        list.putInt(arguments.length);
        for (byte[] argument : arguments) {
            list.putInt(argument.length).put(argument);
        }
        return list.array();
    }
}
