/*
 * Computations without a store, after PolyBench/C 4.2.1 (Pouchet) and three of other kinds; each entry replies a checksum of eight bytes.
 * bench functions has the same in Java, operation by operation.
 */
#include "../quern.h"

enum { N = 64, STEPS = 20, ATAX = 200, SIEVE = 100000, BYTES = 1 << 15 };

typedef double matrix[N][N];

/* All kernels work in the same room, which is larger than any needs. */
static void *room(void) { return quern_room(4 << 20); }

static int reply_double(double sum) { return quern_reply(&sum, sizeof sum); }

static int reply_long(int64_t sum) { return quern_reply(&sum, sizeof sum); }

static double total(matrix m) {
  double sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) sum += m[i][j];
  return sum;
}

QUERN_ENTRY(gemm) {
  matrix *a = room(), *b = a + 1, *c = a + 2;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      (*a)[i][j] = (double)((i * j + 1) % N) / N;
      (*b)[i][j] = (double)(i * (j + 1) % N) / N;
      (*c)[i][j] = (double)(i * (j + 2) % N) / N;
    }
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++) (*c)[i][j] *= 1.2;
    for (int k = 0; k < N; k++) {
      double factor = 1.5 * (*a)[i][k];
      for (int j = 0; j < N; j++) (*c)[i][j] += factor * (*b)[k][j];
    }
  }
  return reply_double(total(*c));
}

QUERN_ENTRY(jacobi2d) {
  matrix *a = room(), *b = a + 1;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      (*a)[i][j] = ((double)i * (j + 2) + 2) / N;
      (*b)[i][j] = ((double)i * (j + 3) + 3) / N;
    }
  for (int t = 0; t < STEPS; t++) {
    for (int i = 1; i < N - 1; i++)
      for (int j = 1; j < N - 1; j++)
        (*b)[i][j] = 0.2 * ((*a)[i][j] + (*a)[i][j - 1] + (*a)[i][1 + j] + (*a)[1 + i][j] + (*a)[i - 1][j]);
    for (int i = 1; i < N - 1; i++)
      for (int j = 1; j < N - 1; j++)
        (*a)[i][j] = 0.2 * ((*b)[i][j] + (*b)[i][j - 1] + (*b)[i][1 + j] + (*b)[1 + i][j] + (*b)[i - 1][j]);
  }
  return reply_double(total(*a));
}

QUERN_ENTRY(floyd_warshall) {
  int(*path)[N][N] = room();
  int64_t sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      (*path)[i][j] = (i + j) % 13 == 0 || (i + j) % 7 == 0 || (i + j) % 11 == 0 ? 999 : i * j % 7 + 1;
  for (int k = 0; k < N; k++)
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        int through = (*path)[i][k] + (*path)[k][j];
        (*path)[i][j] = (*path)[i][j] < through ? (*path)[i][j] : through;
      }
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) sum += (*path)[i][j];
  return reply_long(sum);
}

static inline int max(int a, int b) { return a > b ? a : b; }

QUERN_ENTRY(nussinov) {
  int(*table)[N][N] = room();
  int *bases = (int *)(table + 1);
  for (int i = 0; i < N; i++) {
    bases[i] = (i + 1) % 4;
    for (int j = 0; j < N; j++) (*table)[i][j] = 0;
  }
  for (int i = N - 1; i >= 0; i--)
    for (int j = i + 1; j < N; j++) {
      int best = max((*table)[i][j], (*table)[i][j - 1]);
      if (i + 1 < N) {
        best = max(best, (*table)[i + 1][j]);
        int pair = i < j - 1 && bases[i] + bases[j] == 3 ? 1 : 0;
        best = max(best, (*table)[i + 1][j - 1] + pair);
      }
      for (int k = i + 1; k < j; k++) best = max(best, (*table)[i][k] + (*table)[k + 1][j]);
      (*table)[i][j] = best;
    }
  return reply_long((*table)[0][N - 1]);
}

QUERN_ENTRY(cholesky) {
  matrix *a = room();
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) (*a)[i][j] = i == j ? N : 1.0 / (1 + i + j);
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < i; j++) {
      double sum = (*a)[i][j];
      for (int k = 0; k < j; k++) sum -= (*a)[i][k] * (*a)[j][k];
      (*a)[i][j] = sum / (*a)[j][j];
    }
    double sum = (*a)[i][i];
    for (int k = 0; k < i; k++) sum -= (*a)[i][k] * (*a)[i][k];
    (*a)[i][i] = __builtin_sqrt(sum);
  }
  double sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j <= i; j++) sum += (*a)[i][j];
  return reply_double(sum);
}

QUERN_ENTRY(atax) {
  double(*a)[ATAX][ATAX] = room();
  double *x = (double *)(a + 1), *y = x + ATAX;
  for (int i = 0; i < ATAX; i++) {
    x[i] = 1 + i / (double)ATAX;
    y[i] = 0;
    for (int j = 0; j < ATAX; j++) (*a)[i][j] = (double)((i + j) % ATAX) / (5 * ATAX);
  }
  for (int i = 0; i < ATAX; i++) {
    double sum = 0;
    for (int j = 0; j < ATAX; j++) sum += (*a)[i][j] * x[j];
    for (int j = 0; j < ATAX; j++) y[j] += (*a)[i][j] * sum;
  }
  double sum = 0;
  for (int i = 0; i < ATAX; i++) sum += y[i];
  return reply_double(sum);
}

QUERN_ENTRY(sieve) {
  uint8_t *composite = room();
  int64_t primes = 0;
  for (int i = 0; i < SIEVE; i++) composite[i] = 0;
  for (int i = 2; i < SIEVE; i++) {
    if (composite[i]) continue;
    primes += i;
    for (int64_t j = (int64_t)i * i; j < SIEVE; j += i) composite[j] = 1;
  }
  return reply_long(primes);
}

static uint8_t *text(uint8_t *bytes) {
  uint32_t state = 1;
  for (int i = 0; i < BYTES; i++) {
    state = state * 1664525 + 1013904223;
    bytes[i] = (uint8_t)(state >> 24);
  }
  return bytes;
}

QUERN_ENTRY(crc32) {
  uint32_t *table = room();
  uint8_t *bytes = text((uint8_t *)(table + 256));
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t rest = i;
    for (int bit = 0; bit < 8; bit++) rest = rest & 1 ? rest >> 1 ^ 0xedb88320U : rest >> 1;
    table[i] = rest;
  }
  uint32_t crc = ~0U;
  for (int i = 0; i < BYTES; i++) crc = table[(crc ^ bytes[i]) & 255] ^ crc >> 8;
  return reply_long((int64_t)~crc);
}

static inline uint32_t rotate(uint32_t x, int by) { return x >> by | x << (32 - by); }

/* The compression function of SHA-256 (FIPS 180-4) over the text; its round constants from the fractions of a linear congruence, which cost the same. */
QUERN_ENTRY(sha256) {
  uint32_t *k = room(), *w = k + 64, *hash = w + 64;
  uint8_t *bytes = text((uint8_t *)(hash + 8));
  uint32_t state = 7;
  for (int i = 0; i < 64; i++) k[i] = state = state * 1664525 + 1013904223;
  for (int i = 0; i < 8; i++) hash[i] = state = state * 1664525 + 1013904223;
  for (int block = 0; block < BYTES; block += 64) {
    for (int i = 0; i < 16; i++) {
      const uint8_t *at = bytes + block + 4 * i;
      w[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    for (int i = 16; i < 64; i++) {
      uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
      uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4], f = hash[5], g = hash[6], h = hash[7];
    for (int i = 0; i < 64; i++) {
      uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i];
      uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    hash[0] += a, hash[1] += b, hash[2] += c, hash[3] += d, hash[4] += e, hash[5] += f, hash[6] += g, hash[7] += h;
  }
  return reply_long((int64_t)hash[0] << 32 | hash[7]);
}
