/* Sends back what comes by a device, with the addresses swapped, until it is killed. The peer of VhostEchoMain, which does the same in Java;
 * compiled when the bench runs. Arguments: the device's name, its own arguments, then EAL's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

enum { BURST = 32, BUFFERS = 8191 };

static void fail(const char *what) {
  fprintf(stderr, "vhost-echo: %s\n", what);
  exit(1);
}

static void swap_addresses(struct rte_mbuf *mbuf) {
  struct rte_ether_hdr *frame = rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *);
  struct rte_ether_addr to = frame->dst_addr;
  frame->dst_addr = frame->src_addr;
  frame->src_addr = to;
}

int main(int count, char **arguments) {
  char *name = arguments[1], *device = arguments[2];
  arguments[2] = arguments[0];
  if (rte_eal_init(count - 2, arguments + 2) < 0)
    fail("no EAL");
  uint16_t port;
  if (rte_eal_hotplug_add("vdev", name, device) != 0 || rte_eth_dev_get_port_by_name(name, &port) != 0)
    fail("no device");
  struct rte_mempool *pool = rte_pktmbuf_pool_create("echo", BUFFERS, 512, 0, 2048 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
  struct rte_eth_conf conf;
  memset(&conf, 0, sizeof conf);
  if (pool == NULL || rte_eth_dev_configure(port, 1, 1, &conf) != 0 ||
      rte_eth_rx_queue_setup(port, 0, 1024, SOCKET_ID_ANY, NULL, pool) != 0 ||
      rte_eth_tx_queue_setup(port, 0, 1024, SOCKET_ID_ANY, NULL) != 0 || rte_eth_dev_start(port) != 0)
    fail("no queues");
  printf("ready\n");
  fflush(stdout);
  struct rte_mbuf *burst[BURST];
  for (;;) {
    uint16_t received = rte_eth_rx_burst(port, 0, burst, BURST);
    if (received == 0)
      continue;
    for (int i = 0; i < received; i++)
      swap_addresses(burst[i]);
    uint16_t sent = rte_eth_tx_burst(port, 0, burst, received);
    if (sent < received)
      rte_pktmbuf_free_bulk(burst + sent, received - sent);
  }
}
