package dev.quern.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Golden: a code that changes here breaks every client that is out there. */
class CodesTest {
    private static final String OPCODES =
            "CHALLENGE=2 CHECK=26 CHECK_RANGE=28 CLOSE=6 COMPARE_AND_SET=19 DELETE=18 DEPLOY=49 EXPIRE=21 FETCH=10"
                    + " FUNCTION_DESCRIBE=51 FUNCTION_FETCH=56 FUNCTION_LIST=50 FUNCTION_LOG=55 FUNCTION_PAUSE=53 FUNCTION_REMOVE=52 FUNCTION_RESUME=54 GET=16 HELLO=1 INCREMENT=20 INVOKE=48 INVOKE_ALL=57 MULTI=25 MULTI_GET=23"
                    + " OPEN=3 OPENED=4 PART=9 PING=7 PUT=17 RANGE=27 REFUSED=5 ROLE=11 SCAN=24 STATS=8 TABLE_OPEN=32 TIME_TO_LIVE=22";
    private static final String STATUSES =
            "BAD_KEY=-9 BAD_REQUEST=-40 BUSY=-44 CONFLICT=-3 DEADLINE=-22 DRAINING=-50 EXISTS=-2"
                    + " FUNCTION_CONFLICT=-23 FUNCTION_FAILED=-20 FUNCTION_KILLED=-27 FUNCTION_OVER_QUOTA=-24 FUNCTION_PAUSED=-29 FUNCTION_READ_ONLY=-26"
                    + " FUNCTION_REFUSED=-48 FUNCTION_TRAPPED=-21 FUNCTION_UNAVAILABLE=-28 INTERNAL=-49 NOT_A_NUMBER=-6 NOT_FOUND=-1"
                    + " NOT_KEPT=-45 OK=0 OVERFLOW=-7 OVER_QUOTA=-4 PUSHED_BACK=-51 READ_ONLY=-8 REFUSED=-43 REPLY_TOO_LARGE=-25 TOO_LARGE=-5"
                    + " UNKNOWN_FUNCTION=-47 UNKNOWN_OPCODE=-41 UNKNOWN_SESSION=-42 UNKNOWN_TABLE=-46";

    static Map<String, Integer> constants(Class<?> type) throws IllegalAccessException {
        Map<String, Integer> constants = new TreeMap<>();
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers())
                    && field.getType() == int.class
                    && !field.getName().equals("CODES")) {
                constants.put(field.getName(), field.getInt(null));
            }
        }
        return constants;
    }

    private static String text(Class<?> type) throws IllegalAccessException {
        StringBuilder text = new StringBuilder();
        constants(type)
                .forEach((name, code) -> text.append(text.isEmpty() ? "" : " ")
                        .append(name)
                        .append('=')
                        .append(code));
        return text.toString();
    }

    @Test
    void shouldKeepOpcodes() throws Exception {
        assertEquals(OPCODES, text(Opcode.class));
        for (Map.Entry<String, Integer> code : constants(Opcode.class).entrySet()) {
            assertEquals(code.getKey(), Opcode.name(code.getValue()));
            assertTrue(code.getValue() < Opcode.CODES);
            assertTrue(!Opcode.isKept(code.getValue()) || Opcode.isRequest(code.getValue()));
        }
        assertEquals("opcode 63", Opcode.name(63));
        assertFalse(Opcode.isRequest(Opcode.PART));
    }

    @Test
    void shouldKeepTheFlagsOfTableOpen() throws Exception {
        assertEquals(
                "FLAG_CREATE=1 FLAG_EVICTING=4 FLAG_ORDERED=2",
                text(TableOpenLayout.class)
                        .replaceAll("(^| )(?!FLAG_)\\w+=\\d+", "")
                        .strip());
    }

    @Test
    void shouldKeepTheRolesThatCoresAreGiven() throws Exception {
        assertEquals(
                "BYTES_MIN=4 CORE_OFFSET=0 DEDICATED=3 FUNCTIONS=2 RELEASED=0 RESERVED_OFFSET=3 ROLE_OFFSET=2 SERVING=1 TENANT_OFFSET=4",
                text(RoleLayout.class));
    }

    @Test
    void shouldKeepStatuses() throws Exception {
        assertEquals(STATUSES, text(Status.class));
        for (Map.Entry<String, Integer> code : constants(Status.class).entrySet()) {
            assertEquals(code.getKey(), Status.name(code.getValue()));
            assertTrue(code.getValue() == (byte) (int) code.getValue(), "fits the header's byte");
            assertFalse(Status.describe(code.getValue()).equals(code.getKey()), "a sentence for " + code.getKey());
        }
    }
}
