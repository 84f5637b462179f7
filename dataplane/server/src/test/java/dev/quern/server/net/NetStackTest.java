package dev.quern.server.net;

import static dev.quern.server.net.StackRig.OUR_IP;
import static dev.quern.server.net.StackRig.OUR_IP6;
import static dev.quern.server.net.StackRig.OUR_MAC;
import static dev.quern.server.net.StackRig.PORT;
import static dev.quern.server.net.StackRig.THEIR_IP;
import static dev.quern.server.net.StackRig.THEIR_IP6;
import static dev.quern.server.net.StackRig.THEIR_MAC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.net.NetLimits;
import dev.quern.net.PacketFlags;
import dev.quern.server.loop.Counter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames that are as they should be, and frames that are not, each with the cause by which it is counted. */
@Timeout(100)
class NetStackTest {
    private static final long SEED = 20_261_121;
    private static final byte[] DATA = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    private static final byte[] SOLICITED = Frames.ip("ff02::1:ff00:2");
    private static final long SOLICITED_MAC = 0x3333_FF00_0002L;
    private static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    private final StackRig rig = new StackRig(NetPortTest.SERVER);

    @AfterEach
    void close() {
        rig.close();
    }

    private static byte[] udp4() {
        return Frames.ethernet(
                OUR_MAC,
                THEIR_MAC,
                0x0800,
                Frames.ip4(THEIR_IP, OUR_IP, 17, Frames.udp(THEIR_IP, OUR_IP, 5000, PORT, DATA)));
    }

    private static byte[] udp6() {
        return Frames.ethernet(
                OUR_MAC,
                THEIR_MAC,
                0x86DD,
                Frames.ip6(THEIR_IP6, OUR_IP6, 17, 64, Frames.udp(THEIR_IP6, OUR_IP6, 5000, PORT, DATA)));
    }

    private static byte[] arpRequest() {
        return Frames.ethernet(BROADCAST, THEIR_MAC, 0x0806, Frames.arp(1, THEIR_MAC, THEIR_IP, 0, OUR_IP));
    }

    private static byte[] arpReply(long mac) {
        return Frames.ethernet(OUR_MAC, mac, 0x0806, Frames.arp(2, mac, THEIR_IP, OUR_MAC, OUR_IP));
    }

    private static byte[] echo4() {
        return Frames.ethernet(OUR_MAC, THEIR_MAC, 0x0800, Frames.ip4(THEIR_IP, OUR_IP, 1, Frames.icmp4(8, DATA)));
    }

    private static byte[] icmp6(long to, byte[] source, byte[] destination, int hops, int type, byte[] body) {
        return Frames.ethernet(
                to,
                THEIR_MAC,
                0x86DD,
                Frames.ip6(source, destination, 58, hops, Frames.icmp6(source, destination, type, body)));
    }

    private static byte[] echo6() {
        return icmp6(OUR_MAC, THEIR_IP6, OUR_IP6, 64, 128, DATA);
    }

    private static byte[] solicitation() {
        return icmp6(SOLICITED_MAC, THEIR_IP6, SOLICITED, 255, 135, Frames.neighbour(0, OUR_IP6, 1, THEIR_MAC));
    }

    private static byte[] advertisement() {
        return icmp6(OUR_MAC, THEIR_IP6, OUR_IP6, 255, 136, Frames.neighbour(0x6000_0000, THEIR_IP6, 2, THEIR_MAC));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void shouldFindTheDatagram() {
        StackRig.Result result = rig.accept(udp4());
        assertEquals(NetStack.DATAGRAM, result.outcome());
        assertEquals(hex(DATA), result.payload());
        assertEquals(new InetSocketAddress(InetAddress.ofLiteral("10.1.0.1"), 5000), rig.peer());
        result = rig.accept(udp6());
        assertEquals(NetStack.DATAGRAM, result.outcome());
        assertEquals(hex(DATA), result.payload());
        assertEquals(new InetSocketAddress(InetAddress.ofLiteral("fd00:1::1"), 5000), rig.peer());
        // Ethernet pads what is short.
        assertEquals(hex(DATA), rig.accept(Frames.join(udp4(), new byte[6])).payload());
        // A tag that names no VLAN says only how urgent a frame is.
        assertEquals(hex(DATA), rig.accept(Frames.tagged(udp4(), 5 << 13)).payload());
    }

    @Test
    void shouldAnswerEchoesByteForByte() {
        assertEquals(
                List.of(hex(Frames.ethernet(
                        THEIR_MAC, OUR_MAC, 0x0800, Frames.ip4(OUR_IP, THEIR_IP, 1, Frames.icmp4(0, DATA))))),
                rig.accept(echo4()).sent());
        assertEquals(
                List.of(hex(Frames.ethernet(
                        THEIR_MAC,
                        OUR_MAC,
                        0x86DD,
                        Frames.ip6(OUR_IP6, THEIR_IP6, 58, 64, Frames.icmp6(OUR_IP6, THEIR_IP6, 129, DATA))))),
                rig.accept(echo6()).sent());
    }

    @Test
    void shouldTellWhereWeAreByteForByte() {
        assertEquals(
                List.of(hex(Frames.ethernet(
                        THEIR_MAC, OUR_MAC, 0x0806, Frames.arp(2, OUR_MAC, OUR_IP, THEIR_MAC, THEIR_IP)))),
                rig.accept(arpRequest()).sent());
        byte[] body = Frames.neighbour(0x6000_0000, OUR_IP6, 2, OUR_MAC);
        assertEquals(
                List.of(hex(Frames.ethernet(
                        THEIR_MAC,
                        OUR_MAC,
                        0x86DD,
                        Frames.ip6(OUR_IP6, THEIR_IP6, 58, 255, Frames.icmp6(OUR_IP6, THEIR_IP6, 136, body))))),
                rig.accept(solicitation()).sent());
    }

    @Test
    void shouldTellAllWhenAnotherClaimsOurAddress() {
        rig.pass(NetLimits.NEIGHBOUR_TICK_NS);
        StackRig.Result claimed =
                rig.accept(Frames.ethernet(BROADCAST, THEIR_MAC, 0x0806, Frames.arp(1, THEIR_MAC, OUR_IP, 0, OUR_IP)));
        assertEquals(1L, claimed.counted().get(Counter.NET_ADDRESS_CONFLICTS));
        assertEquals(2, claimed.sent().size(), "an ARP request of our own, and an advertisement");
        byte[] none = new byte[16];
        StackRig.Result probed =
                rig.accept(icmp6(SOLICITED_MAC, none, SOLICITED, 255, 135, Frames.neighbour(0, OUR_IP6, 0, 0)));
        assertEquals(1L, probed.counted().get(Counter.NET_ADDRESS_CONFLICTS));
        assertTrue(probed.sent().get(0).startsWith("333300000001"), "to all nodes");
        // Not more often than is decent.
        assertEquals(
                0,
                rig.accept(Frames.ethernet(BROADCAST, THEIR_MAC, 0x0806, Frames.arp(1, THEIR_MAC, OUR_IP, 0, OUR_IP)))
                        .sent()
                        .size());
    }

    private void expect(Counter cause, byte[] frame) {
        expect(cause, frame, PacketFlags.NONE);
    }

    private void expect(Counter cause, byte[] frame, int flags) {
        StackRig.Result result = rig.accept(frame, flags, (byte) 0);
        assertEquals(NetStack.DROPPED, result.outcome(), cause.name());
        assertEquals(Map.of(Counter.NET_FRAMES_RECEIVED, 1L, cause, 1L), result.counted());
        assertEquals(List.of(), result.sent());
    }

    /** The frame with some bytes of its network header changed, and the IPv4 header's checksum right again. */
    private static byte[] changed(byte[] frame, int at, int... bytes) {
        byte[] copy = frame.clone();
        for (int i = 0; i < bytes.length; i++) {
            copy[Frames.LINK + at + i] = (byte) bytes[i];
        }
        if (copy[12] == 8 && copy[13] == 0) {
            ByteBuffer all = ByteBuffer.wrap(copy).putShort(Frames.LINK + 10, (short) 0);
            all.putShort(
                    Frames.LINK + 10, (short) Frames.checksum(Arrays.copyOfRange(copy, Frames.LINK, Frames.LINK + 20)));
        }
        return copy;
    }

    @Test
    void shouldCountEachCause() {
        expect(Counter.NET_DROPPED_SHORT, Arrays.copyOf(udp4(), 13));
        expect(Counter.NET_DROPPED_SHORT, Arrays.copyOf(udp4(), 33));
        expect(Counter.NET_DROPPED_SHORT, Arrays.copyOf(udp6(), 53));
        expect(Counter.NET_DROPPED_SHORT, Arrays.copyOf(arpRequest(), 41));
        expect(Counter.NET_DROPPED_LINK, Frames.ethernet(0x0200_0000_0009L, THEIR_MAC, 0x0800, DATA));
        expect(Counter.NET_DROPPED_LINK, Frames.ethernet(OUR_MAC, BROADCAST, 0x0800, DATA));
        expect(Counter.NET_DROPPED_LINK, Frames.ethernet(OUR_MAC, OUR_MAC, 0x0800, DATA));
        expect(Counter.NET_DROPPED_VLAN, Frames.tagged(udp4(), 7));
        expect(Counter.NET_DROPPED_TYPE, Frames.ethernet(OUR_MAC, THEIR_MAC, 0x88CC, DATA));
        expect(
                Counter.NET_DROPPED_ARP,
                Frames.ethernet(BROADCAST, THEIR_MAC, 0x0806, Frames.arp(1, 0x0200_0000_0009L, THEIR_IP, 0, OUR_IP)));
        expect(
                Counter.NET_DROPPED_ARP,
                Frames.ethernet(BROADCAST, THEIR_MAC, 0x0806, Frames.arp(9, THEIR_MAC, THEIR_IP, 0, OUR_IP)));
        expect(Counter.NET_DROPPED_UNASKED, arpReply(THEIR_MAC));
        expect(Counter.NET_DROPPED_UNASKED, advertisement());
        expect(Counter.NET_DROPPED_VERSION, changed(udp4(), 0, 0x65));
        expect(Counter.NET_DROPPED_VERSION, changed(udp4(), 0, 0x44));
        expect(Counter.NET_DROPPED_VERSION, changed(udp6(), 0, 0x40));
        expect(Counter.NET_DROPPED_LENGTH, changed(udp4(), 2, 0xFF, 0xFF));
        expect(Counter.NET_DROPPED_LENGTH, changed(udp4(), 2, 0, 19));
        expect(Counter.NET_DROPPED_LENGTH, changed(udp4(), 24, 0, 7));
        expect(Counter.NET_DROPPED_LENGTH, changed(udp4(), 24, 0, 21));
        expect(Counter.NET_DROPPED_LENGTH, changed(udp6(), 4, 0, 21));
        expect(Counter.NET_DROPPED_LENGTH, changed(udp6(), 4, 0, 0));
        expect(Counter.NET_DROPPED_OPTIONS, changed(udp4(), 0, 0x46));
        expect(Counter.NET_DROPPED_OPTIONS, changed(udp6(), 6, 0));
        expect(Counter.NET_DROPPED_FRAGMENT, changed(udp4(), 6, 0x20, 0));
        expect(Counter.NET_DROPPED_FRAGMENT, changed(udp4(), 6, 0, 1));
        expect(Counter.NET_DROPPED_FRAGMENT, changed(udp6(), 6, 44));
        expect(Counter.NET_DROPPED_DESTINATION, changed(udp4(), 19, 3));
        expect(Counter.NET_DROPPED_DESTINATION, changed(udp4(), 19, 255));
        expect(Counter.NET_DROPPED_DESTINATION, changed(udp6(), 39, 3));
        expect(Counter.NET_DROPPED_SOURCE, changed(udp4(), 12, 127));
        expect(Counter.NET_DROPPED_SOURCE, changed(udp4(), 12, 224));
        expect(Counter.NET_DROPPED_SOURCE, changed(udp4(), 12, 10, 1, 0, 2));
        expect(Counter.NET_DROPPED_SOURCE, changed(udp4(), 12, 10, 1, 0, 255));
        expect(Counter.NET_DROPPED_SOURCE, changed(udp4(), 20, 0, 0));
        expect(Counter.NET_DROPPED_SOURCE, changed(udp6(), 8, 0xFF));
        expect(Counter.NET_DROPPED_SOURCE, changed(udp6(), 8, 0, 0, 0, 0));
        expect(Counter.NET_DROPPED_CHECKSUM, changed(udp4(), 30, 9));
        expect(Counter.NET_DROPPED_CHECKSUM, changed(udp6(), 50, 9));
        expect(Counter.NET_DROPPED_CHECKSUM, changed(udp6(), 46, 0, 0));
        expect(Counter.NET_DROPPED_CHECKSUM, changed(echo4(), 30, 9));
        expect(Counter.NET_DROPPED_CHECKSUM, changed(echo6(), 50, 9));
        expect(Counter.NET_DROPPED_CHECKSUM, udp4(), PacketFlags.CHECKSUM_BAD);
        expect(Counter.NET_DROPPED_PROTOCOL, changed(udp4(), 9, 6));
        expect(Counter.NET_DROPPED_PROTOCOL, changed(udp6(), 6, 6));
        expect(Counter.NET_DROPPED_PORT, changed(udp4(), 22, 0, 53));
        byte[] unreachable = Frames.ip4(THEIR_IP, OUR_IP, 1, Frames.icmp4(3, DATA));
        expect(Counter.NET_DROPPED_ICMP, Frames.ethernet(OUR_MAC, THEIR_MAC, 0x0800, unreachable));
    }

    @Test
    void shouldKeepNeighboursOfOtherLinksOut() {
        byte[] asking = Frames.neighbour(0, OUR_IP6, 1, THEIR_MAC);
        expect(Counter.NET_DROPPED_NEIGHBOUR, icmp6(SOLICITED_MAC, THEIR_IP6, SOLICITED, 254, 135, asking));
        byte[] endless = asking.clone();
        endless[21] = 0;
        expect(Counter.NET_DROPPED_NEIGHBOUR, icmp6(SOLICITED_MAC, THEIR_IP6, SOLICITED, 255, 135, endless));
        byte[] tooLong = asking.clone();
        tooLong[21] = 2;
        expect(Counter.NET_DROPPED_NEIGHBOUR, icmp6(SOLICITED_MAC, THEIR_IP6, SOLICITED, 255, 135, tooLong));
        byte[] another = Frames.neighbour(0, OUR_IP6, 1, 0x0200_0000_0009L);
        expect(Counter.NET_DROPPED_NEIGHBOUR, icmp6(SOLICITED_MAC, THEIR_IP6, SOLICITED, 255, 135, another));
        byte[] none = new byte[16];
        expect(Counter.NET_DROPPED_NEIGHBOUR, icmp6(SOLICITED_MAC, none, SOLICITED, 255, 135, asking));
    }

    @Test
    void shouldTakeADatagramWithoutAChecksumByIpv4Alone() {
        assertEquals(NetStack.DATAGRAM, rig.accept(changed(udp4(), 26, 0, 0)).outcome());
        assertEquals(NetStack.DROPPED, rig.accept(changed(udp6(), 46, 0, 0)).outcome());
    }

    @Test
    void shouldBelieveTheDeviceAboutChecksums() {
        byte[] spoiled = changed(udp4(), 26, 0xDE, 0xAD);
        assertEquals(
                NetStack.DATAGRAM,
                rig.accept(spoiled, PacketFlags.UDP_CHECKSUM_GOOD, (byte) 0).outcome());
        assertEquals(NetStack.DROPPED, rig.accept(spoiled).outcome());
    }

    /** Whatever comes: one outcome, one cause, nothing beyond the frame looked at, and no answer that is much longer than the question. */
    @Test
    void shouldSurviveWhateverComes() {
        Random random = new Random(SEED);
        List<byte[]> good = List.of(
                udp4(), udp6(), arpRequest(), arpReply(THEIR_MAC), echo4(), echo6(), solicitation(), advertisement());
        int[] outcomes = new int[3];
        try (StackRig other = new StackRig(NetPortTest.SERVER)) {
            for (int i = 0; i < 100_000; i++) {
                byte[] frame = mutated(good.get(random.nextInt(good.size())), random);
                StackRig.Result result = rig.accept(frame, PacketFlags.NONE, (byte) 0);
                assertEquals(result, other.accept(frame, PacketFlags.NONE, (byte) 0xA5), () -> "frame " + hex(frame));
                outcomes[result.outcome()]++;
                long causes = result.counted().keySet().stream()
                        .filter(counter -> counter.name().startsWith("NET_DROPPED"))
                        .count();
                boolean isUsed = result.outcome() != NetStack.DROPPED
                        || result.counted().containsKey(Counter.NET_NEIGHBOURS_FOUND);
                assertEquals(isUsed ? 0 : 1, causes, () -> "frame " + hex(frame));
                int answered = result.sent().stream().mapToInt(String::length).sum() / 2;
                assertTrue(answered <= 3 * Math.max(frame.length, 64), () -> "frame " + hex(frame));
                if (i % 1000 == 0) {
                    List<String> asked = rig.pass(NetLimits.NEIGHBOUR_ASK_NS);
                    assertEquals(asked, other.pass(NetLimits.NEIGHBOUR_ASK_NS));
                    assertTrue(asked.size() <= 64, "questions are few");
                }
            }
        }
        for (int outcome : outcomes) {
            assertTrue(outcome > 1000, () -> "one-sided: " + Arrays.toString(outcomes));
        }
    }

    private static byte[] mutated(byte[] frame, Random random) {
        byte[] copy = frame.clone();
        switch (random.nextInt(6)) {
            case 0 -> {
                // As it is.
            }
            case 1 -> copy = Arrays.copyOf(copy, random.nextInt(copy.length + 8));
            case 2 -> {
                for (int i = Frames.LINK; i < copy.length; i++) {
                    copy[i] = (byte) random.nextInt();
                }
            }
            case 3 -> copy = Frames.tagged(copy, random.nextInt(4) * random.nextInt(0x10000));
            default -> {
                for (int i = random.nextInt(4); i >= 0; i--) {
                    copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return random.nextBoolean() ? sealed(copy) : copy;
    }

    /** With its checksums right again, so that what comes after them is looked at. */
    private static byte[] sealed(byte[] frame) {
        ByteBuffer all = ByteBuffer.wrap(frame);
        if (frame.length >= 42 && all.getShort(12) == 0x0800) {
            all.putShort(24, (short) 0);
            all.putShort(24, (short) Frames.checksum(Arrays.copyOfRange(frame, 14, 34)));
            all.putShort(40, (short) 0);
        } else if (frame.length >= 62 && all.getShort(12) == (short) 0x86DD && all.get(20) == 58) {
            all.putShort(56, (short) 0);
            byte[] source = Arrays.copyOfRange(frame, 22, 38);
            byte[] destination = Arrays.copyOfRange(frame, 38, 54);
            byte[] body = Arrays.copyOfRange(frame, 54, frame.length);
            all.putShort(56, (short) Frames.checksum(Frames.pseudo(source, destination, 58, body.length), body));
        }
        return frame;
    }

    @Test
    void shouldAnswerAStormNoFasterThanItComes() {
        List<byte[]> storm = new ArrayList<>();
        for (int i = 1; i <= 5000; i++) {
            byte[] sender = {10, 1, (byte) 0, (byte) (3 + i % 250)};
            long mac = 0x0200_0100_0000L + i;
            storm.add(Frames.ethernet(BROADCAST, mac, 0x0806, Frames.arp(1, mac, sender, 0, Frames.ip("10.1.0.77"))));
        }
        for (byte[] frame : storm) {
            assertEquals(List.of(), rig.accept(frame).sent());
        }
        assertEquals(5000, rig.count(Counter.NET_DROPPED_DESTINATION));
    }
}
