import { OWN_ADDRESS } from '../../probes/dhcp/dnsmasq-log.ts'

/** The frames that are sent as the VM, in hexadecimal as `ovs-ofctl packet-out` takes them. */

const BROADCAST = 'ffffffffffff'
/** A DHCPDISCOVER (RFC 2131) of `mac`; `xid` has eight hexadecimal digits, `round` goes into `secs`. No lease comes of it. */
export function discover(mac: string, xid: string, round: number): string {
  const client = bare(mac)
  const bootp = [
    ...['01010600', xid, hex(round, 4), '0000'],
    ...['00'.repeat(16), client, '00'.repeat(10), '00'.repeat(192)],
    ...['63825363', '350101', `3204${addressHex(OWN_ADDRESS)}`, 'ff'],
  ].join('')
  const payload = bootp.padEnd(BOOTP_MIN * 2, '0')
  const length = payload.length / 2
  // No UDP checksum: over IPv4 that is allowed, and nothing on the way has to finish it.
  const udp = `00440043${hex(UDP_HEADER + length, 4)}0000${payload}`
  return `${BROADCAST}${client}0800${ipHeader(IP_HEADER + UDP_HEADER + length)}${udp}`
}

/** An ARP request of `mac` with `ip` for `wanted` (RFC 826), to everybody or to `to` alone. */
export const arpRequest = (mac: string, ip: string, wanted: string, to = BROADCAST): string =>
  `${bare(to)}${bare(mac)}08060001080006040001${bare(mac)}${addressHex(ip)}${'0'.repeat(12)}${addressHex(wanted)}`

/** An ARP probe of `mac` for an address (RFC 5227): it names no sender, so that nobody learns anything from it. */
export const arpProbe = (mac: string, wanted: string): string => arpRequest(mac, '0.0.0.0', wanted)

/** Relays drop what is shorter (RFC 1542, 2.1). Bytes. */
const BOOTP_MIN = 300
const UDP_HEADER = 8
const IP_HEADER = 20

/** From 0.0.0.0 to 255.255.255.255, UDP. */
function ipHeader(length: number): string {
  const before = `4500${hex(length, 4)}0000000040110000`
  const after = '00000000ffffffff'
  const words = (before + after).match(/.{4}/g) ?? []
  const sum = words.reduce((all, word) => all + Number.parseInt(word, 16), 0)
  const folded = (sum & 0xffff) + (sum >>> 16)
  return `${before.slice(0, -4)}${hex(~folded & 0xffff, 4)}${after}`
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
const bare = (mac: string): string => mac.replaceAll(':', '')

/** An IPv4 address as eight hexadecimal digits. */
export const addressHex = (ip: string): string =>
  ip
    .split('.')
    .map((byte) => hex(Number(byte), 2))
    .join('')
