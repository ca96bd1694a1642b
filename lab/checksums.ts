import type { LabFault } from './faults.ts'

/** The hosts have no nft(8), but the library that it is made of: iptables brings it along. */
const NFT = `
import ctypes, sys
nft = ctypes.CDLL("libnftables.so.1")
nft.nft_ctx_new.restype = ctypes.c_void_p
sys.exit(nft.nft_run_cmd_from_buffer(ctypes.c_void_p(nft.nft_ctx_new(0)), sys.argv[1].encode()) != 0)`

const TABLE = 'ip damage'

const nft = (network: string, ...commands: readonly string[]): readonly string[] => [
  ...['ip', 'netns', 'exec', `qdhcp-${network}`, 'python3', '-c', NFT, commands.join('\n')],
]

/** What a sender makes of the UDP checksums of its frames. */
export const checksumFaults: Readonly<Record<string, LabFault>> = {
  'udp-checksum-bad': {
    title: 'whatever leaves the DHCP namespace for a DHCP client has a wrong UDP checksum',
    steps: ({ network }) => [
      {
        on: 'net1',
        run: nft(
          network,
          `add table ${TABLE}`,
          `add chain ${TABLE} out { type filter hook postrouting priority 300; }`,
          `add rule ${TABLE} out udp dport 68 udp checksum set 0x1234`,
        ),
        undo: nft(network, `delete table ${TABLE}`),
      },
    ],
  },
}
