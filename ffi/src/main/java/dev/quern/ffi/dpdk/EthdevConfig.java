package dev.quern.ffi.dpdk;

/**
 * What a device is asked for. Immutable.
 *
 * @param queues pairs of receive and send queues
 * @param receiveDescriptors packets that wait in a receive queue; the device rounds
 * @param transmitDescriptors packets that wait to be sent; the device rounds
 * @param mtu the longest IP packet, or 0 for the device's own choice
 * @param checksums whether checksums are wanted done by the device where it can
 */
public record EthdevConfig(int queues, int receiveDescriptors, int transmitDescriptors, int mtu, boolean checksums) {
    /** One pair of queues of 1,024, checksums by the device. */
    public static final EthdevConfig DEFAULT = new EthdevConfig(1, 1024, 1024, 0, true);

    /** With so many pairs of queues. */
    public EthdevConfig withQueues(int count) {
        return new EthdevConfig(count, receiveDescriptors, transmitDescriptors, mtu, checksums);
    }

    /** With this MTU. */
    public EthdevConfig withMtu(int bytes) {
        return new EthdevConfig(queues, receiveDescriptors, transmitDescriptors, bytes, checksums);
    }
}
