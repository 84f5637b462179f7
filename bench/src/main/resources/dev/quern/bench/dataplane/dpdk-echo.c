/* Echoes frames that go round by a ring of DPDK's. The peer of DpdkEchoMain, which does the same in Java; compiled when the bench runs.
 * Arguments: milliseconds of a run, count of runs, then EAL's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

enum { FRAME_BYTES = 64, BURST = 32, TURNS = 1000, BUFFERS = 8191 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what) {
  fprintf(stderr, "dpdk-echo: %s\n", what);
  exit(1);
}

static void swap_addresses(struct rte_mbuf *mbuf) {
  struct rte_ether_hdr *frame = rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *);
  struct rte_ether_addr to = frame->dst_addr;
  frame->dst_addr = frame->src_addr;
  frame->src_addr = to;
}

int main(int count, char **arguments) {
  double seconds = atoi(arguments[1]) / 1e3;
  int runs = atoi(arguments[2]);
  arguments[2] = arguments[0];
  if (rte_eal_init(count - 2, arguments + 2) < 0)
    fail("no EAL");
  uint16_t port;
  if (rte_eal_hotplug_add("vdev", "net_ring0", "") != 0 || rte_eth_dev_get_port_by_name("net_ring0", &port) != 0)
    fail("no ring");
  struct rte_mempool *pool = rte_pktmbuf_pool_create("echo", BUFFERS, 512, 0, 2048 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
  struct rte_eth_conf conf;
  memset(&conf, 0, sizeof conf);
  if (pool == NULL || rte_eth_dev_configure(port, 1, 1, &conf) != 0 ||
      rte_eth_rx_queue_setup(port, 0, 1024, SOCKET_ID_ANY, NULL, pool) != 0 ||
      rte_eth_tx_queue_setup(port, 0, 1024, SOCKET_ID_ANY, NULL) != 0 || rte_eth_dev_start(port) != 0)
    fail("no queues");
  struct rte_mbuf *burst[BURST];
  for (int i = 0; i < BURST; i++) {
    burst[i] = rte_pktmbuf_alloc(pool);
    memset(rte_pktmbuf_append(burst[i], FRAME_BYTES), i, FRAME_BYTES);
  }
  rte_eth_tx_burst(port, 0, burst, BURST);
  for (int run = 0; run < runs; run++) {
    unsigned long frames = 0;
    double start = now(), elapsed;
    do {
      for (int turn = 0; turn < TURNS; turn++) {
        uint16_t received = rte_eth_rx_burst(port, 0, burst, BURST);
        for (int i = 0; i < received; i++)
          swap_addresses(burst[i]);
        frames += rte_eth_tx_burst(port, 0, burst, received);
      }
      elapsed = now() - start;
    } while (elapsed < seconds);
    printf("rate %.0f\n", frames / elapsed);
    fflush(stdout);
  }
  printf("left %d\n", rte_eth_rx_burst(port, 0, burst, BURST));
  return 0;
}
