package dev.quern.server;

import java.util.Base64;

/** Small WebAssembly modules, as wat2wasm made them of the text above each. */
public final class TestModules {
    /**
     * {@code run} increments the key "calls" of table 0 and replies with its 8 bytes; {@code fail} returns 7.
     *
     * <pre>
     * (module
     *   (import "env" "memory" (memory 1))
     *   (import "quern" "incr" (func $incr (param i32 i32 i32 i64 i32) (result i32)))
     *   (import "quern" "reply" (func $reply (param i32 i32) (result i32)))
     *   (data (i32.const 16) "calls")
     *   (func (export "run") (result i32)
     *     (drop (call $incr (i32.const 0) (i32.const 16) (i32.const 5) (i64.const 1) (i32.const 32)))
     *     (drop (call $reply (i32.const 32) (i32.const 8)))
     *     (i32.const 0))
     *   (func (export "fail") (result i32) (i32.const 7)))
     * </pre>
     */
    public static final byte[] COUNT = bytes(
            "AGFzbQEAAAABFANgBX9/f35/AX9gAn9/AX9gAAF/AioDA2VudgZtZW1vcnkCAAEFcXVlcm4EaW5jcgAABXF1ZXJu"
                    + "BXJlcGx5AAEDAwICAgcOAgNydW4AAgRmYWlsAAMKHwIYAEEAQRBBBUIBQSAQABpBIEEIEAEaQQALBABBBwsLCwEAQRALBWNhbGxz");

    /**
     * Replies with its first argument, of up to 200,000 bytes.
     *
     * <pre>
     * (module
     *   (import "env" "memory" (memory 4))
     *   (import "quern" "arg" (func $arg (param i32 i32 i32) (result i32)))
     *   (import "quern" "reply" (func $reply (param i32 i32) (result i32)))
     *   (func (export "run") (result i32)
     *     (drop (call $reply (i32.const 1024) (call $arg (i32.const 0) (i32.const 1024) (i32.const 200000))))
     *     (i32.const 0)))
     * </pre>
     */
    public static final byte[] ECHO =
            bytes("AGFzbQEAAAABEgNgA39/fwF/YAJ/fwF/YAABfwIpAwNlbnYGbWVtb3J5AgAEBXF1ZXJuA2FyZwAABXF1ZXJuBXJl"
                    + "cGx5AAEDAgECBwcBA3J1bgACChcBFQBBgAhBAEGACEHAmgwQABABGkEACw==");

    /** <pre>(module (import "env" "memory" (memory 1)) (func (export "run") (result i32) unreachable))</pre> */
    public static final byte[] TRAP = bytes("AGFzbQEAAAABBQFgAAF/Ag8BA2VudgZtZW1vcnkCAAEDAgEABwcBA3J1bgAACgUBAwAACw==");

    /**
     * <pre>
     * (module (import "env" "memory" (memory 1))
     *   (func (export "run") (result i32) (loop $again (br $again)) (i32.const 0)))
     * </pre>
     */
    public static final byte[] SPIN =
            bytes("AGFzbQEAAAABBQFgAAF/Ag8BA2VudgZtZW1vcnkCAAEDAgEABwcBA3J1bgAACgsBCQADQAwAC0EACw==");

    /**
     * Reads the key "go" until it is there, then increments "ended".
     *
     * <pre>
     * (module
     *   (import "env" "memory" (memory 1))
     *   (import "quern" "get" (func $get (param i32 i32 i32) (result i64)))
     *   (import "quern" "incr" (func $incr (param i32 i32 i32 i64 i32) (result i32)))
     *   (data (i32.const 16) "go")
     *   (data (i32.const 32) "ended")
     *   (func (export "run") (result i32)
     *     (loop $again (br_if $again (i64.lt_s (call $get (i32.const 0) (i32.const 16) (i32.const 2)) (i64.const 0))))
     *     (drop (call $incr (i32.const 0) (i32.const 32) (i32.const 5) (i64.const 1) (i32.const 64)))
     *     (i32.const 0)))
     * </pre>
     */
    public static final byte[] UNTIL_GO =
            bytes("AGFzbQEAAAABFQNgA39/fwF+YAV/f39+fwF/YAABfwIoAwNlbnYGbWVtb3J5AgABBXF1ZXJuA2dldAAABXF1ZXJuBGlu"
                    + "Y3IAAQMCAQIHBwEDcnVuAAIKJAEiAANAQQBBEEECEABCAFMNAAtBAEEgQQVCAUHAABABGkEACwsSAgBBEAsCZ28AQSALBWVu"
                    + "ZGVk");

    /**
     * <pre>
     * (module (import "env" "memory" (memory 1)) (import "host" "fopen" (func (param i32) (result i32)))
     *   (func (export "run") (result i32) (i32.const 0)))
     * </pre>
     */
    public static final byte[] STRANGER = bytes(
            "AGFzbQEAAAABCgJgAX8Bf2AAAX8CHAIDZW52Bm1lbW9yeQIAAQRob3N0BWZvcGVuAAADAgEBBwcBA3J1bgABCgYB" + "BABBAAs=");

    /**
     * Logs its first argument.
     *
     * <pre>
     * (module
     *   (import "env" "memory" (memory 1))
     *   (import "quern" "arg" (func $arg (param i32 i32 i32) (result i32)))
     *   (import "quern" "log" (func $log (param i32 i32)))
     *   (func (export "run") (result i32)
     *     (call $log (i32.const 0) (call $arg (i32.const 0) (i32.const 0) (i32.const 1000)))
     *     (i32.const 0)))
     * </pre>
     */
    public static final byte[] SAY =
            bytes("AGFzbQEAAAABEQNgA39/fwF/YAJ/fwBgAAF/AicDA2VudgZtZW1vcnkCAAEFcXVlcm4DYXJnAAAFcXVlcm4DbG9nAAEDAgEC"
                    + "BwcBA3J1bgACChMBEQBBAEEAQQBB6AcQABABQQAL");

    /**
     * Replies without end.
     *
     * <pre>
     * (module
     *   (import "env" "memory" (memory 1))
     *   (import "quern" "reply" (func $reply (param i32 i32) (result i32)))
     *   (func (export "run") (result i32)
     *     (loop $again (drop (call $reply (i32.const 0) (i32.const 65536))) (br $again))
     *     (i32.const 0)))
     * </pre>
     */
    public static final byte[] REPLY_FOR_EVER =
            bytes("AGFzbQEAAAABCwJgAn9/AX9gAAF/Ah0CA2VudgZtZW1vcnkCAAEFcXVlcm4FcmVwbHkAAAMCAQEHBwEDcnVuAAEKFA"
                    + "ESAANAQQBBgIAEEAAaDAALQQAL");

    /**
     * Counts down from three millions, which takes some milliseconds.
     *
     * <pre>
     * (module
     *   (import "env" "memory" (memory 1))
     *   (func (export "run") (result i32) (local $left i32)
     *     (local.set $left (i32.const 3000000))
     *     (loop $again (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
     *     (i32.const 0)))
     * </pre>
     */
    public static final byte[] WORK =
            bytes("AGFzbQEAAAABBQFgAAF/Ag8BA2VudgZtZW1vcnkCAAEDAgEABwcBA3J1bgAAChsBGQEBf0HAjbcBIQADQCAAQQFrIgANAAtB"
                    + "AAs=");

    /**
     * Increments the key "calls" of table 0 and replies with its 8 bytes; then, when its first argument is {@code t}, traps, when it is {@code s}, never
     * ends, and when it is {@code f}, returns 7.
     *
     * <pre>
     * (module
     *   (import "env" "memory" (memory 1))
     *   (import "quern" "arg" (func $arg (param i32 i32 i32) (result i32)))
     *   (import "quern" "incr" (func $incr (param i32 i32 i32 i64 i32) (result i32)))
     *   (import "quern" "reply" (func $reply (param i32 i32) (result i32)))
     *   (data (i32.const 16) "calls")
     *   (func (export "run") (result i32)
     *     (drop (call $arg (i32.const 0) (i32.const 64) (i32.const 1)))
     *     (drop (call $incr (i32.const 0) (i32.const 16) (i32.const 5) (i64.const 1) (i32.const 32)))
     *     (drop (call $reply (i32.const 32) (i32.const 8)))
     *     (if (i32.eq (i32.load8_u (i32.const 64)) (i32.const 0x74)) (then unreachable))
     *     (if (i32.eq (i32.load8_u (i32.const 64)) (i32.const 0x73)) (then (loop $again (br $again))))
     *     (if (i32.eq (i32.load8_u (i32.const 64)) (i32.const 0x66)) (then (return (i32.const 7))))
     *     (i32.const 0)))
     * </pre>
     */
    public static final byte[] COUNT_AND =
            bytes("AGFzbQEAAAABGwRgA39/fwF/YAV/f39+fwF/YAJ/fwF/YAABfwI2BANlbnYGbWVtb3J5AgABBXF1ZXJuA2FyZwAABXF1"
                    + "ZXJuBGluY3IAAQVxdWVybgVyZXBseQACAwIBAwcHAQNydW4AAwpUAVIAQQBBwABBARAAGkEAQRBBBUIBQSAQARpBIEEI"
                    + "EAIaQcAALQAAQfQARgRAAAtBwAAtAABB8wBGBEADQAwACwtBwAAtAABB5gBGBEBBBw8LQQALCwsBAEEQCwVjYWxscw==");

    private TestModules() {}

    private static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    /** A module with a custom section that makes it this long, as debug information does: to be sent in many parts. */
    public static byte[] padded(byte[] module, int length) {
        int payload = length - module.length - 1 - 5;
        byte[] longer = java.util.Arrays.copyOf(module, length);
        int at = module.length;
        longer[at++] = 0;
        for (int i = 0; i < 5; i++) {
            longer[at++] = (byte) (payload >>> (7 * i) & 0x7F | (i < 4 ? 0x80 : 0));
        }
        longer[at++] = 3;
        longer[at++] = 'p';
        longer[at++] = 'a';
        longer[at] = 'd';
        return longer;
    }
}
