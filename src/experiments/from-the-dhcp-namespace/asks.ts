import type { Ask } from '../../core/answer.ts'
import { logAsk } from '../../probes/dhcp/dnsmasq-log.ts'
import { captureWith } from '../as-vm/capture.ts'
import { guestAsk, sendAsk } from '../as-vm/design.ts'
import { arpRequest, discover } from '../as-vm/packets.ts'
import { pingAskInside } from '../ping.ts'
import type { Design, ServerPort } from './design.ts'

/** What one round sends on a host: the DISCOVER to the server alone, ARP on its way through br-int as the DHCP port's own. */
export function sendsAt(port: ServerPort, { about, xid, targets }: Design, round: number): readonly Ask[] {
  const { version, mac, ip } = port
  const ask = guestAsk(port, version, discover(about.subject.port.mac, xid, round))
  if (ip === undefined) return [ask]
  return [ask, ...targets.map((target) => sendAsk(port, version, arpRequest(mac, ip, target.ip)))]
}

export const pingsAt = ({ host, namespace, ip }: ServerPort, { run, targets }: Design): readonly Ask[] =>
  ip === undefined ? [] : targets.map((target) => pingAskInside({ host, namespace, to: target.ip }, run))

/** As large as the network allows; nothing where that is not known, or a tunnel carries it (docs/prove.md, "Under the tunnels"). */
export const fullPingsAt = ({ host, namespace, ip }: ServerPort, { run, targets, mtu }: Design): readonly Ask[] =>
  ip === undefined || mtu === undefined
    ? []
    : targets.map((target) => pingAskInside({ host, namespace, to: target.ip, size: mtu }, run))

export const captureAt = ({ device, mac }: ServerPort, { run, xid }: Design): Ask =>
  captureWith(filterOf(mac, xid), device, run)

/** Only this transaction, and ARP of the DHCP port (pcap-filter(7)). */
export const filterOf = (mac: string, xid: string): string =>
  `(udp and (port 67 or port 68) and udp[12:4] = 0x${xid}) or (arp and ether host ${mac})`

export const SINCE = '-1min'
/** What dnsmasq has logged of this MAC since. */
export const wordsAt = (host: string, { about }: Design): Ask => logAsk(host, about.subject.port.mac, SINCE)
