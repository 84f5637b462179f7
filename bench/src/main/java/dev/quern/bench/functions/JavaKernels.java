package dev.quern.bench.functions;

import dev.quern.guest.Buffer;
import dev.quern.guest.Call;
import dev.quern.guest.Entries;
import dev.quern.guest.Entry;
import java.util.Arrays;
import java.util.Map;

/** What kernels.c computes, as one writes it in Java: with arrays on the heap. The same operations in the same order, and so the same checksums. */
final class JavaKernels implements Entries {
    private static final int N = 64;
    private static final int STEPS = 20;
    private static final int ATAX = 200;
    private static final int SIEVE = 100_000;
    private static final int BYTES = 1 << 15;
    private static final int MULTIPLIER = 1_664_525;
    private static final int INCREMENT = 1_013_904_223;

    private final double[][] a = new double[N][N];
    private final double[][] b = new double[N][N];
    private final double[][] c = new double[N][N];
    private final int[][] table = new int[N][N];
    private final int[] bases = new int[N];
    private final double[][] wide = new double[ATAX][ATAX];
    private final double[] x = new double[ATAX];
    private final double[] y = new double[ATAX];
    private final boolean[] composite = new boolean[SIEVE];
    private final byte[] bytes = new byte[BYTES];
    private final int[] crcs = new int[256];
    private final int[] k = new int[64];
    private final int[] w = new int[64];
    private final int[] hash = new int[8];
    private final Buffer reply = new Buffer(Long.BYTES);

    @Override
    public Map<String, Entry> entries() {
        return Map.of(
                "gemm", call -> reply(call, gemm()),
                "jacobi2d", call -> reply(call, jacobi2d()),
                "floyd_warshall", call -> reply(call, floydWarshall()),
                "nussinov", call -> reply(call, nussinov()),
                "cholesky", call -> reply(call, cholesky()),
                "atax", call -> reply(call, atax()),
                "sieve", call -> reply(call, sieve()),
                "crc32", call -> reply(call, crc32()),
                "sha256", call -> reply(call, sha256()));
    }

    private int reply(Call call, double sum) {
        return reply(call, Double.doubleToRawLongBits(sum));
    }

    private int reply(Call call, long sum) {
        return call.reply(reply.clear().appendLong(sum));
    }

    private static double total(double[][] matrix) {
        double sum = 0;
        for (double[] row : matrix) {
            for (double element : row) {
                sum += element;
            }
        }
        return sum;
    }

    private double gemm() {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                a[i][j] = (double) ((i * j + 1) % N) / N;
                b[i][j] = (double) (i * (j + 1) % N) / N;
                c[i][j] = (double) (i * (j + 2) % N) / N;
            }
        }
        for (int i = 0; i < N; i++) {
            double[] row = c[i];
            for (int j = 0; j < N; j++) {
                row[j] *= 1.2;
            }
            for (int l = 0; l < N; l++) {
                double factor = 1.5 * a[i][l];
                double[] other = b[l];
                for (int j = 0; j < N; j++) {
                    row[j] += factor * other[j];
                }
            }
        }
        return total(c);
    }

    private double jacobi2d() {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                a[i][j] = ((double) i * (j + 2) + 2) / N;
                b[i][j] = ((double) i * (j + 3) + 3) / N;
            }
        }
        for (int t = 0; t < STEPS; t++) {
            smooth(a, b);
            smooth(b, a);
        }
        return total(a);
    }

    private static void smooth(double[][] from, double[][] to) {
        for (int i = 1; i < N - 1; i++) {
            for (int j = 1; j < N - 1; j++) {
                to[i][j] = 0.2 * (from[i][j] + from[i][j - 1] + from[i][1 + j] + from[1 + i][j] + from[i - 1][j]);
            }
        }
    }

    private long floydWarshall() {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                boolean isFar = (i + j) % 13 == 0 || (i + j) % 7 == 0 || (i + j) % 11 == 0;
                table[i][j] = isFar ? 999 : i * j % 7 + 1;
            }
        }
        for (int l = 0; l < N; l++) {
            for (int i = 0; i < N; i++) {
                for (int j = 0; j < N; j++) {
                    int through = table[i][l] + table[l][j];
                    table[i][j] = table[i][j] < through ? table[i][j] : through;
                }
            }
        }
        long sum = 0;
        for (int[] row : table) {
            for (int distance : row) {
                sum += distance;
            }
        }
        return sum;
    }

    private long nussinov() {
        for (int i = 0; i < N; i++) {
            bases[i] = (i + 1) % 4;
            Arrays.fill(table[i], 0);
        }
        for (int i = N - 1; i >= 0; i--) {
            for (int j = i + 1; j < N; j++) {
                int best = Math.max(table[i][j], table[i][j - 1]);
                if (i + 1 < N) {
                    best = Math.max(best, table[i + 1][j]);
                    int pair = i < j - 1 && bases[i] + bases[j] == 3 ? 1 : 0;
                    best = Math.max(best, table[i + 1][j - 1] + pair);
                }
                for (int l = i + 1; l < j; l++) {
                    best = Math.max(best, table[i][l] + table[l + 1][j]);
                }
                table[i][j] = best;
            }
        }
        return table[0][N - 1];
    }

    private double cholesky() {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                a[i][j] = i == j ? N : 1.0 / (1 + i + j);
            }
        }
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < i; j++) {
                double sum = a[i][j];
                for (int l = 0; l < j; l++) {
                    sum -= a[i][l] * a[j][l];
                }
                a[i][j] = sum / a[j][j];
            }
            double sum = a[i][i];
            for (int l = 0; l < i; l++) {
                sum -= a[i][l] * a[i][l];
            }
            a[i][i] = Math.sqrt(sum);
        }
        double sum = 0;
        for (int i = 0; i < N; i++) {
            for (int j = 0; j <= i; j++) {
                sum += a[i][j];
            }
        }
        return sum;
    }

    private double atax() {
        for (int i = 0; i < ATAX; i++) {
            x[i] = 1 + i / (double) ATAX;
            y[i] = 0;
            for (int j = 0; j < ATAX; j++) {
                wide[i][j] = (double) ((i + j) % ATAX) / (5 * ATAX);
            }
        }
        for (int i = 0; i < ATAX; i++) {
            double sum = 0;
            for (int j = 0; j < ATAX; j++) {
                sum += wide[i][j] * x[j];
            }
            for (int j = 0; j < ATAX; j++) {
                y[j] += wide[i][j] * sum;
            }
        }
        double sum = 0;
        for (double element : y) {
            sum += element;
        }
        return sum;
    }

    private long sieve() {
        Arrays.fill(composite, false);
        long primes = 0;
        for (int i = 2; i < SIEVE; i++) {
            if (composite[i]) {
                continue;
            }
            primes += i;
            for (long j = (long) i * i; j < SIEVE; j += i) {
                composite[(int) j] = true;
            }
        }
        return primes;
    }

    private void fillText() {
        int state = 1;
        for (int i = 0; i < BYTES; i++) {
            state = state * MULTIPLIER + INCREMENT;
            bytes[i] = (byte) (state >>> 24);
        }
    }

    private long crc32() {
        fillText();
        for (int i = 0; i < 256; i++) {
            int rest = i;
            for (int bit = 0; bit < 8; bit++) {
                rest = (rest & 1) != 0 ? rest >>> 1 ^ 0xedb88320 : rest >>> 1;
            }
            crcs[i] = rest;
        }
        int crc = ~0;
        for (int i = 0; i < BYTES; i++) {
            crc = crcs[(crc ^ bytes[i]) & 255] ^ crc >>> 8;
        }
        return Integer.toUnsignedLong(~crc);
    }

    private long sha256() {
        fillText();
        int state = 7;
        for (int i = 0; i < 64; i++) {
            state = state * MULTIPLIER + INCREMENT;
            k[i] = state;
        }
        for (int i = 0; i < 8; i++) {
            state = state * MULTIPLIER + INCREMENT;
            hash[i] = state;
        }
        for (int block = 0; block < BYTES; block += 64) {
            schedule(block);
            compress();
        }
        return (long) hash[0] << 32 | Integer.toUnsignedLong(hash[7]);
    }

    private void schedule(int block) {
        for (int i = 0; i < 16; i++) {
            int at = block + 4 * i;
            w[i] = (bytes[at] & 255) << 24
                    | (bytes[at + 1] & 255) << 16
                    | (bytes[at + 2] & 255) << 8
                    | bytes[at + 3] & 255;
        }
        for (int i = 16; i < 64; i++) {
            int s0 = Integer.rotateRight(w[i - 15], 7) ^ Integer.rotateRight(w[i - 15], 18) ^ w[i - 15] >>> 3;
            int s1 = Integer.rotateRight(w[i - 2], 17) ^ Integer.rotateRight(w[i - 2], 19) ^ w[i - 2] >>> 10;
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
    }

    private void compress() {
        int p = hash[0];
        int q = hash[1];
        int r = hash[2];
        int s = hash[3];
        int e = hash[4];
        int f = hash[5];
        int g = hash[6];
        int h = hash[7];
        for (int i = 0; i < 64; i++) {
            int sigma1 = Integer.rotateRight(e, 6) ^ Integer.rotateRight(e, 11) ^ Integer.rotateRight(e, 25);
            int t1 = h + sigma1 + ((e & f) ^ (~e & g)) + k[i] + w[i];
            int sigma0 = Integer.rotateRight(p, 2) ^ Integer.rotateRight(p, 13) ^ Integer.rotateRight(p, 22);
            int t2 = sigma0 + ((p & q) ^ (p & r) ^ (q & r));
            h = g;
            g = f;
            f = e;
            e = s + t1;
            s = r;
            r = q;
            q = p;
            p = t1 + t2;
        }
        hash[0] += p;
        hash[1] += q;
        hash[2] += r;
        hash[3] += s;
        hash[4] += e;
        hash[5] += f;
        hash[6] += g;
        hash[7] += h;
    }
}
