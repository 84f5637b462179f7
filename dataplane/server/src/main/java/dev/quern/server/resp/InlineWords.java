package dev.quern.server.resp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Splits an inline command into words as Redis does: blanks, "double quotes" with escapes, 'single quotes'. Any thread. */
final class InlineWords {
    private static final int NO_QUOTE = 0;

    private InlineWords() {}

    /** The words; null when a quote is not closed or is followed by anything but a blank. */
    static @Nullable List<byte[]> split(String line) {
        byte[] text = line.getBytes(StandardCharsets.UTF_8);
        List<byte[]> words = new ArrayList<>();
        int position = 0;
        while (true) {
            while (position < text.length && blank(text[position])) {
                position++;
            }
            if (position == text.length) {
                return words;
            }
            ByteArrayOutputStream word = new ByteArrayOutputStream();
            position = word(text, position, word);
            if (position < 0) {
                return null;
            }
            words.add(word.toByteArray());
        }
    }

    private static boolean blank(byte letter) {
        return letter == ' ' || letter >= '\t' && letter <= '\r' || letter == 0;
    }

    /** Reads one word and returns the place after it; negative when its quotes are wrong. */
    private static int word(byte[] text, int start, ByteArrayOutputStream word) {
        int quote = NO_QUOTE;
        for (int position = start; position < text.length; position++) {
            byte letter = text[position];
            if (quote == NO_QUOTE) {
                if (blank(letter)) {
                    return position;
                }
                if (letter == '"' || letter == '\'') {
                    quote = letter;
                } else {
                    word.write(letter);
                }
            } else if (letter == quote) {
                return position + 1 == text.length || blank(text[position + 1]) ? position + 1 : -1;
            } else if (letter == '\\' && position + 1 < text.length) {
                position = escape(text, position + 1, quote, word);
            } else {
                word.write(letter);
            }
        }
        return quote == NO_QUOTE ? text.length : -1;
    }

    /** Reads what follows a backslash within quotes and returns its last place. */
    private static int escape(byte[] text, int position, int quote, ByteArrayOutputStream word) {
        byte letter = text[position];
        if (quote == '\'') {
            if (letter != '\'') {
                word.write('\\');
                return position - 1;
            }
            word.write(letter);
            return position;
        }
        if (letter == 'x' && position + 2 < text.length) {
            int high = Character.digit(text[position + 1], 16);
            int low = Character.digit(text[position + 2], 16);
            if (high >= 0 && low >= 0) {
                word.write(high << 4 | low);
                return position + 2;
            }
        }
        word.write(
                switch (letter) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'b' -> '\b';
                    case 'a' -> 7;
                    default -> letter;
                });
        return position;
    }
}
