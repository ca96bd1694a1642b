import { distinct, type Evidence } from '../../core/answer.ts'
import type { Stranger, Strangers } from '../../core/strangers.ts'
import { type Parsed, problem } from '../../core/probe.ts'
import { OWN_ADDRESS } from '../../probes/dhcp/dnsmasq-log.ts'
import type { Design } from './design.ts'
import type { Heard } from './frames.ts'
import { gatewaysOf } from './gateways.ts'
import type { Look, Looks } from './looks.ts'
import { placesOf } from './routes.ts'

/** A frame that came by the wire, and the capture that it is in. */
interface Came extends Heard {
  readonly look: Look
}
interface Room {
  readonly design: Design
  /** What passed the NIC of the VM's host in the VM's own network. */
  readonly wire: readonly Came[]
  /** What passed the VM's port; absent where that could not be seen. */
  readonly port?: readonly Heard[]
}

/**
 * Whoever speaks on the wire as only Neutron's DHCP ports or the VM may. Only what passed the NIC of the VM's host counts:
 * on the host itself Open vSwitch may answer in the name of others (distributed DHCP, ARP responder).
 */
export function strangersOf(design: Design, looks: Looks): Parsed<Strangers> {
  const places = placesOf(design.routes).filter((place) => place.host === design.at.host)
  const nics = places.find((place) => place.station === 'NIC')
  const guest = places.find((place) => place.station === 'guest port')
  const all = nics?.devices.map(looks) ?? []
  const why = nics?.blind ?? all.find((look) => look.blind)?.blind ?? nics?.doubt
  if (why) return { ok: false, problem: why }
  if (!nics) return problem('nothing of the VM passes the NIC of its host', '虚拟机的报文不经过主机网卡')
  const port = guest?.devices.map(looks)[0]
  const wire = all.flatMap((look) => ownNetwork(look, design).map((heard) => ({ ...heard, look })))
  const room = { design, wire, ...(port && !port.blind && !guest?.doubt ? { port: port.heard } : {}) }
  const because = distinct(all.map((look) => look.whole))
  return {
    ok: true,
    fact: { all: [...servers(room), ...holders(room), ...doubles(room), ...gatewaysOf(wire, design, cited)], because },
  }
}

/** Another network may use the same addresses and the same MAC: its frames bear another tag than those sent as the VM. */
function ownNetwork({ heard, seen }: Look, design: Design): readonly Heard[] {
  const [own] = seen.filter((s) => s.direction === 'request' && s.from === design.wanted.mac)
  const mine = own && heard.find((h) => h.at === own.at)
  return mine ? heard.filter((h) => h.vlan === mine.vlan && h.vni === mine.vni) : []
}

/** Where Neutron names no DHCP port, nobody can be told from the right one. */
function servers({ design, wire, port }: Room): readonly Stranger[] {
  const { dhcpPorts } = design.about.subject
  const known = new Set(dhcpPorts.map(({ mac }) => mac))
  if (known.size === 0) return []
  const xid = Number.parseInt(design.wanted.xid, 16)
  const isAnswer = ({ packet: { dhcp } }: Heard) => dhcp?.op === 'reply' && dhcp.xid === xid
  return byMac(wire.filter((h) => isAnswer(h) && !known.has(macOf(h)))).map((frames) => {
    const [first] = frames
    const dhcp = first?.packet.dhcp
    const ip = dhcp?.serverId ?? first?.packet.ipv4?.src
    const mac = first ? macOf(first) : ''
    return {
      is: 'DHCP server',
      mac,
      ...(ip === undefined ? {} : { ip }),
      ...(dhcp ? { offers: dhcp.yiaddr } : {}),
      ...(port ? { reached: port.some((h) => isAnswer(h) && macOf(h) === mac) } : {}),
      because: cited(frames),
    }
  })
}

/** Who says by ARP that he has the VM's address. */
function holders(room: Room): readonly Stranger[] {
  const { mac, ip } = room.design.wanted
  const claims = room.wire.filter((h) => ip !== undefined && h.packet.arp?.senderIp === ip && macOf(h) !== mac)
  return byMac(claims.filter((h) => !isGuests(h, room))).map((frames) => ({
    is: 'same address',
    mac: frames[0] ? macOf(frames[0]) : '',
    ...(ip === undefined ? {} : { ip }),
    because: cited(frames),
  }))
}

/** Frames from the VM's own MAC that neither the guest nor we have sent. */
function doubles(room: Room): readonly Stranger[] {
  const { wire, port, design } = room
  const { mac } = design.wanted
  const own = wire.filter((h) => macOf(h) === mac)
  const ours = own.filter((h) => isOurs(h, design)).map((h) => h.at)
  // At the port everything is heard from the first that we send to a second after the last.
  const [from, to] = [Math.min(...ours), Math.max(...ours) + WINDOW_US]
  const strange = own.filter((h) => h.at > from && h.at < to && !isOurs(h, design) && !isGuests(h, room))
  const [first] = strange
  if (!port || !first) return []
  const ip = first.packet.arp?.senderIp
  return [{ is: 'same MAC', mac, ...(ip === undefined ? {} : { ip }), because: cited(strange) }]
}

const WINDOW_US = 900_000
/** From the guest's port to the NIC, on one host and by one clock. Microseconds. */
const THROUGH_US = 100_000

const macOf = ({ packet: { arp, eth } }: Heard): string => arp?.senderMac ?? eth?.src ?? ''

/** Said by the guest itself: its port has heard it just before. */
const isGuests = (heard: Heard, { port = [] }: Room): boolean =>
  port.some((h) => h.at <= heard.at && heard.at - h.at < THROUGH_US && wordsOf(h) === wordsOf(heard))

const wordsOf = ({ packet: { arp, dhcp } }: Heard): string =>
  JSON.stringify(arp ?? [dhcp?.xid, dhcp?.type, dhcp?.chaddr])

function isOurs({ packet: { arp, dhcp } }: Heard, { wanted, gateway }: Design): boolean {
  // Also of another run at the same time.
  if (dhcp) return dhcp.xid === Number.parseInt(wanted.xid, 16) || dhcp.requestedIp === OWN_ADDRESS
  const asks = (sender: string, target: string | undefined) =>
    arp?.op === 1 && arp.senderIp === sender && arp.targetIp === target
  return asks(wanted.ip ?? '', gateway) || asks('0.0.0.0', wanted.ip)
}

function byMac(frames: readonly Came[]): readonly (readonly Came[])[] {
  const macs = [...new Set(frames.map(macOf))]
  return macs.map((mac) => frames.filter((h) => macOf(h) === mac))
}

const cited = (frames: readonly Came[]): readonly Evidence[] =>
  distinct(frames.slice(0, 2).map(({ look, at, text }) => ({ ...look.whole, value: at, line: text })))
