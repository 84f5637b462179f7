package dev.quern.server.net;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Frames as other hosts send them, put together without anything of the stack's. */
final class Frames {
    static final int LINK = 14;

    private Frames() {}

    static byte[] ip(String literal) {
        return InetAddress.ofLiteral(literal).getAddress();
    }

    static byte[] join(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }

    static byte[] ethernet(long to, long from, int type, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(LINK + payload.length);
        frame.putShort((short) (to >>> 32))
                .putInt((int) to)
                .putShort((short) (from >>> 32))
                .putInt((int) from);
        return frame.putShort((short) type).put(payload).array();
    }

    /** The same frame with an 802.1Q tag. */
    static byte[] tagged(byte[] frame, int tag) {
        return join(
                Arrays.copyOf(frame, 12),
                ByteBuffer.allocate(4)
                        .putShort((short) 0x8100)
                        .putShort((short) tag)
                        .array(),
                Arrays.copyOfRange(frame, 12, frame.length));
    }

    static byte[] udp(byte[] source, byte[] destination, int sourcePort, int destinationPort, byte[] payload) {
        ByteBuffer udp = ByteBuffer.allocate(8 + payload.length);
        udp.putShort((short) sourcePort).putShort((short) destinationPort).putShort((short) (8 + payload.length));
        udp.putShort((short) 0).put(payload);
        int checksum = checksum(pseudo(source, destination, 17, udp.capacity()), udp.array());
        return udp.putShort(6, (short) (checksum == 0 ? 0xFFFF : checksum)).array();
    }

    static byte[] ip4(byte[] source, byte[] destination, int protocol, byte[] payload) {
        ByteBuffer ip = ByteBuffer.allocate(20);
        ip.put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) (20 + payload.length))
                .putInt(0x4000);
        ip.put((byte) 64).put((byte) protocol).putShort((short) 0).put(source).put(destination);
        return join(ip.putShort(10, (short) checksum(ip.array())).array(), payload);
    }

    static byte[] ip6(byte[] source, byte[] destination, int next, int hops, byte[] payload) {
        ByteBuffer ip = ByteBuffer.allocate(40);
        ip.putInt(6 << 28).putShort((short) payload.length).put((byte) next).put((byte) hops);
        return join(ip.put(source).put(destination).array(), payload);
    }

    static byte[] arp(int operation, long senderMac, byte[] sender, long targetMac, byte[] target) {
        ByteBuffer arp = ByteBuffer.allocate(28);
        arp.putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) operation);
        arp.putShort((short) (senderMac >>> 32)).putInt((int) senderMac).put(sender);
        return arp.putShort((short) (targetMac >>> 32))
                .putInt((int) targetMac)
                .put(target)
                .array();
    }

    static byte[] icmp4(int type, byte[] payload) {
        byte[] icmp = join(new byte[] {(byte) type, 0, 0, 0}, payload);
        ByteBuffer.wrap(icmp).putShort(2, (short) checksum(icmp));
        return icmp;
    }

    static byte[] icmp6(byte[] source, byte[] destination, int type, byte[] payload) {
        byte[] icmp = join(new byte[] {(byte) type, 0, 0, 0}, payload);
        ByteBuffer.wrap(icmp).putShort(2, (short) checksum(pseudo(source, destination, 58, icmp.length), icmp));
        return icmp;
    }

    /** Flags, target, and an option with an Ethernet address; kind 0 for none. */
    static byte[] neighbour(int flags, byte[] target, int kind, long mac) {
        ByteBuffer body = ByteBuffer.allocate(kind == 0 ? 20 : 28);
        body.putInt(flags).put(target);
        if (kind != 0) {
            body.put((byte) kind).put((byte) 1).putShort((short) (mac >>> 32)).putInt((int) mac);
        }
        return body.array();
    }

    static byte[] pseudo(byte[] source, byte[] destination, int protocol, int length) {
        return join(
                source,
                destination,
                ByteBuffer.allocate(8).putInt(length).putInt(protocol).array());
    }

    /** Bit by bit as RFC 1071 tells it. */
    static int checksum(byte[]... parts) {
        long sum = 0;
        for (byte[] part : parts) {
            for (int i = 0; i < part.length; i++) {
                sum += (long) Byte.toUnsignedInt(part[i]) << (i % 2 == 0 ? 8 : 0);
            }
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) (~sum & 0xFFFF);
    }
}
