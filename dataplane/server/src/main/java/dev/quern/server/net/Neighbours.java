package dev.quern.server.net;

import dev.quern.net.NetLimits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Who on the link has which Ethernet address: one table for a device, that all cores read without a lock. An IPv4 address stands as IPv6
 * maps it. Bounded: whoever is not known to be there gives way to others, and a table full of those who are takes no strangers.
 *
 * <p>What is believed: an answer, when we asked and it comes from whom we asked. Whoever asks for us says where it is, and is believed as
 * long as we know no better. Word that somebody we know has moved makes us ask at the old place; only when nobody answers there, all are
 * asked, and the first answer counts. So nobody takes over the place of another who is there (RFC 4861, with ARP treated likewise).
 */
final class Neighbours {
    /** Nobody of that address is known. */
    static final long NONE = 0;

    /** Sends a question; called under the table's lock. */
    interface Asker {
        /** @param mac whom to ask, or {@link #NONE} for all */
        void ask(long high, long low, long mac);
    }

    private static final int FREE = 0;
    /** All were asked. */
    private static final int ASKED_ALL = 1;
    /** It said so itself when it asked for us, or has not been confirmed of late. */
    private static final int HEARD = 2;
    /** It has answered. */
    private static final int CONFIRMED = 3;
    /** It alone was asked whether it is still there. */
    private static final int ASKED_IT = 4;

    private static final int VERSION = 0;
    private static final int HIGH = 1;
    private static final int LOW = 2;
    private static final int MAC = 3;
    private static final int STATE = 4;
    /** When it came into its state, or was last asked. */
    private static final int SINCE = 5;

    private static final int ASKS = 6;
    /** 1 when it was looked up since it was confirmed. Written by readers. */
    private static final int USED = 7;

    private static final int STRIDE = 8;
    private static final int SETS = NetLimits.NEIGHBOURS / NetLimits.NEIGHBOUR_WAYS;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] table = new long[NetLimits.NEIGHBOURS * STRIDE];
    private final long gatewayHigh;
    private final long gatewayLow;
    private final long gateway6High;
    private final long gateway6Low;
    private volatile long tickNs;

    /** The gateways of both families, which are kept fresh; 0 where there is none. */
    Neighbours(long gatewayHigh, long gatewayLow, long gateway6High, long gateway6Low, long nowNs) {
        this.gatewayHigh = gatewayHigh;
        this.gatewayLow = gatewayLow;
        this.gateway6High = gateway6High;
        this.gateway6Low = gateway6Low;
        this.tickNs = nowNs - NetLimits.NEIGHBOUR_TICK_NS;
    }

    /** Its Ethernet address, or {@link #NONE}. Any core; no lock. */
    long find(long high, long low) {
        int set = set(high, low);
        for (int entry = set; entry < set + NetLimits.NEIGHBOUR_WAYS * STRIDE; entry += STRIDE) {
            long version = (long) WORD.getAcquire(table, entry + VERSION);
            if ((long) WORD.getOpaque(table, entry + LOW) != low
                    || (long) WORD.getOpaque(table, entry + HIGH) != high) {
                continue;
            }
            long mac = (long) WORD.getOpaque(table, entry + MAC);
            boolean isUsed = (long) WORD.getOpaque(table, entry + USED) != 0;
            VarHandle.acquireFence();
            // What was changed meanwhile is not known yet; the question that follows finds it.
            if ((version & 1) != 0 || (long) WORD.getOpaque(table, entry + VERSION) != version) {
                return NONE;
            }
            if (!isUsed) {
                WORD.setOpaque(table, entry + USED, 1L);
            }
            return mac;
        }
        return NONE;
    }

    /** Has all asked for somebody who is not known. False when the table has no place, and nobody is asked. */
    synchronized boolean want(long high, long low, long nowNs, Asker asker) {
        int entry = locate(high, low);
        if (entry >= 0) {
            return true;
        }
        entry = place(high, low);
        if (entry < 0) {
            return false;
        }
        set(entry, high, low, NONE, ASKED_ALL, nowNs, 1);
        asker.ask(high, low, NONE);
        return true;
    }

    /** Somebody asked for us and said where it is. */
    synchronized void asked(long high, long low, long mac, long nowNs, Asker asker) {
        int entry = locate(high, low);
        if (entry < 0) {
            entry = place(high, low);
            if (entry >= 0) {
                set(entry, high, low, mac, HEARD, nowNs, 0);
            }
        } else if (state(entry) == ASKED_ALL) {
            set(entry, high, low, mac, HEARD, nowNs, 0);
        } else {
            doubt(entry, mac, nowNs, asker);
        }
    }

    /** Somebody says where it is, and nobody asked. */
    synchronized void claimed(long high, long low, long mac, long nowNs, Asker asker) {
        int entry = locate(high, low);
        if (entry >= 0) {
            doubt(entry, mac, nowNs, asker);
        }
    }

    private void doubt(int entry, long mac, long nowNs, Asker asker) {
        int state = state(entry);
        if (mac == table[entry + MAC] || (state != HEARD && state != CONFIRMED)) {
            return;
        }
        set(entry, table[entry + HIGH], table[entry + LOW], table[entry + MAC], ASKED_IT, nowNs, 1);
        asker.ask(table[entry + HIGH], table[entry + LOW], table[entry + MAC]);
    }

    /** An answer to us. False when we had not asked, or had asked another: then it changes nothing. */
    synchronized boolean answered(long high, long low, long mac, long nowNs) {
        int entry = locate(high, low);
        if (entry < 0) {
            return false;
        }
        int state = state(entry);
        if (state != ASKED_ALL && !(state == ASKED_IT && mac == table[entry + MAC])) {
            return false;
        }
        set(entry, high, low, mac, CONFIRMED, nowNs, 0);
        return true;
    }

    /** Asks again, and forgets: whoever comes by first when it is time. Any core. */
    void tick(long nowNs, Asker asker) {
        if (nowNs - tickNs >= NetLimits.NEIGHBOUR_TICK_NS) {
            tickAll(nowNs, asker);
        }
    }

    private synchronized void tickAll(long nowNs, Asker asker) {
        if (nowNs - tickNs < NetLimits.NEIGHBOUR_TICK_NS) {
            return; // Another core did.
        }
        tickNs = nowNs;
        for (int entry = 0; entry < table.length; entry += STRIDE) {
            if (state(entry) != FREE) {
                tick(entry, nowNs, asker);
            }
        }
        wantGateway(gatewayHigh, gatewayLow, nowNs, asker);
        wantGateway(gateway6High, gateway6Low, nowNs, asker);
    }

    private void wantGateway(long high, long low, long nowNs, Asker asker) {
        if (low != 0 || high != 0) {
            want(high, low, nowNs, asker);
        }
    }

    private void tick(int entry, long nowNs, Asker asker) {
        long high = table[entry + HIGH];
        long low = table[entry + LOW];
        long mac = table[entry + MAC];
        long forNs = nowNs - table[entry + SINCE];
        boolean isUsed = (long) WORD.getOpaque(table, entry + USED) != 0 || isGateway(high, low);
        int asks = (int) table[entry + ASKS];
        switch (state(entry)) {
            case CONFIRMED -> {
                if (forNs >= NetLimits.NEIGHBOUR_GOOD_NS) {
                    set(entry, high, low, mac, HEARD, nowNs, 0);
                }
            }
            case HEARD -> {
                if (isUsed) {
                    set(entry, high, low, mac, ASKED_IT, nowNs, 1);
                    asker.ask(high, low, mac);
                } else if (forNs >= NetLimits.NEIGHBOUR_IDLE_NS) {
                    clear(entry);
                }
            }
            case ASKED_IT -> {
                if (forNs >= NetLimits.NEIGHBOUR_ASK_NS) {
                    boolean isGone = asks >= NetLimits.NEIGHBOUR_ASKS;
                    set(
                            entry,
                            high,
                            low,
                            isGone ? NONE : mac,
                            isGone ? ASKED_ALL : ASKED_IT,
                            nowNs,
                            isGone ? 1 : asks + 1);
                    asker.ask(high, low, isGone ? NONE : mac);
                }
            }
            case ASKED_ALL -> {
                if (forNs >= NetLimits.NEIGHBOUR_ASK_NS) {
                    if (asks >= NetLimits.NEIGHBOUR_ASKS && !isGateway(high, low)) {
                        clear(entry);
                    } else {
                        set(entry, high, low, NONE, ASKED_ALL, nowNs, asks + 1);
                        asker.ask(high, low, NONE);
                    }
                }
            }
            default -> throw new IllegalStateException("neighbour in no state: " + state(entry));
        }
    }

    private boolean isGateway(long high, long low) {
        return (low == gatewayLow && high == gatewayHigh) || (low == gateway6Low && high == gateway6High);
    }

    private int state(int entry) {
        return (int) table[entry + STATE];
    }

    private int locate(long high, long low) {
        int set = set(high, low);
        for (int entry = set; entry < set + NetLimits.NEIGHBOUR_WAYS * STRIDE; entry += STRIDE) {
            if (table[entry + LOW] == low && table[entry + HIGH] == high && state(entry) != FREE) {
                return entry;
            }
        }
        return -1;
    }

    /** A free place, or that of the neighbour who was heard the longest ago and never answered since; negative when there is none. */
    private int place(long high, long low) {
        int set = set(high, low);
        int oldest = -1;
        for (int entry = set; entry < set + NetLimits.NEIGHBOUR_WAYS * STRIDE; entry += STRIDE) {
            if (state(entry) == FREE) {
                return entry;
            }
            if (state(entry) == HEARD
                    && !isGateway(table[entry + HIGH], table[entry + LOW])
                    && (oldest < 0 || table[entry + SINCE] - table[oldest + SINCE] < 0)) {
                oldest = entry;
            }
        }
        return oldest;
    }

    private static int set(long high, long low) {
        long hash = (high * 31 + low) * 0x9E37_79B9_7F4A_7C15L;
        return (int) ((hash >>> Integer.SIZE) % SETS) * NetLimits.NEIGHBOUR_WAYS * STRIDE;
    }

    private void clear(int entry) {
        set(entry, 0, 0, NONE, FREE, 0, 0);
    }

    private void set(int entry, long high, long low, long mac, int state, long sinceNs, int asks) {
        long version = table[entry + VERSION];
        WORD.setOpaque(table, entry + VERSION, version + 1);
        VarHandle.releaseFence(); // pairs with acquireFence() in find()
        WORD.setOpaque(table, entry + HIGH, high);
        WORD.setOpaque(table, entry + LOW, low);
        WORD.setOpaque(table, entry + MAC, mac);
        if (state != ASKED_IT && state != ASKED_ALL) {
            WORD.setOpaque(table, entry + USED, 0L);
        }
        table[entry + STATE] = state;
        table[entry + SINCE] = sinceNs;
        table[entry + ASKS] = asks;
        WORD.setRelease(table, entry + VERSION, version + 2); // release: pairs with getAcquire() in find()
    }
}
