import { contains } from './address.ts'
import { type IpSets, isMember } from './ipset.ts'
import { both, type Matched, matched, type Packet } from './packet.ts'
import type { Match, Option, Rule } from './ruleset.ts'

/** Whether a rule matches a packet. Each option for itself: one that is surely no makes the rule no match. */
export const matchesRule = (rule: Rule, packet: Packet, sets: IpSets): Matched =>
  both(rule.matches.map((match) => matchesPacket(match, packet, sets)))

function matchesPacket(match: Match, packet: Packet, sets: IpSets): Matched {
  if (match.module === 'comment') return 'yes'
  const of = modules[match.module ?? '']
  // A module that is not modelled, or one without options, is not guessed at.
  if (!of || (match.options.length === 0 && !protocols.has(match.module ?? ''))) return 'unknown'
  return both(match.options.map((option) => of(option, packet, sets)))
}

type OptionMatch = (option: Option, packet: Packet, sets: IpSets) => Matched

const own: OptionMatch = ({ name, negated, values: [value = ''] }, p) => {
  if (name === '-s') return matched(p.source === undefined ? undefined : contains(value, p.source), negated)
  if (name === '-d') return matched(p.destination === undefined ? undefined : contains(value, p.destination), negated)
  if (name === '-p') return matched(protocolIs(value, p.protocol), negated)
  if (name === '-i') return matched(deviceIs(value, p.in), negated)
  if (name === '-o') return matched(deviceIs(value, p.out), negated)
  return 'unknown'
}

/** "Bridged" is what is known to leave by a port of the bridge (net/netfilter/xt_physdev.c). */
const physdev: OptionMatch = ({ name, negated, values: [value = ''] }, { bridgePorts: through }) => {
  const [from, to] = [through?.in ?? '', through?.out ?? '']
  if (name === '--physdev-in') return matched(from !== '' && deviceIs(value, from), negated)
  if (name === '--physdev-out') return matched(to !== '' && deviceIs(value, to), negated)
  if (name === '--physdev-is-in') return matched(from !== '', negated)
  return name === '--physdev-is-out' || name === '--physdev-is-bridged' ? matched(to !== '', negated) : 'unknown'
}

const ports: OptionMatch = ({ name, negated, values: [value = ''] }, p) => {
  if (/^--(sport|source-port)s?$/.test(name)) return matched(portIn(value, p.sourcePort), negated)
  if (/^--(dport|destination-port)s?$/.test(name)) return matched(portIn(value, p.destinationPort), negated)
  if (name !== '--ports') return 'unknown'
  const [from, to] = [portIn(value, p.sourcePort), portIn(value, p.destinationPort)]
  return matched(
    from === true || to === true ? true : from === undefined || to === undefined ? undefined : false,
    negated,
  )
}

const state: OptionMatch = ({ name, negated, values: [value = ''] }, p) => {
  if (!/^--(ct)?state$/.test(name) || p.state === undefined) return 'unknown'
  const wanted = value.split(',')
  if (wanted.includes(p.state)) return matched(true, negated)
  // Whether an address was translated is not in the packet.
  return wanted.some((s) => s === 'SNAT' || s === 'DNAT') ? 'unknown' : matched(false, negated)
}

const mac: OptionMatch = ({ name, negated, values: [value = ''] }, p) =>
  name === '--mac-source' && p.sourceMac !== undefined
    ? matched(value.toLowerCase() === p.sourceMac.toLowerCase(), negated)
    : 'unknown'

const icmp: OptionMatch = ({ name, negated, values: [value = ''] }, p) => {
  if (name !== '--icmp-type') return 'unknown'
  if (value === 'any' || value === '255') return matched(true, negated)
  // With a code (`3/4`) it is more than the packet tells.
  return /^\d+$/.test(value) && p.icmpType !== undefined ? matched(Number(value) === p.icmpType, negated) : 'unknown'
}

const set: OptionMatch = ({ name, negated, values: [value = '', direction] }, p, sets) => {
  if (name !== '--match-set') return 'unknown'
  const address = direction === 'src' ? p.source : direction === 'dst' ? p.destination : undefined
  return matched(isMember(sets.get(value), address), negated)
}

const modules: Readonly<Record<string, OptionMatch>> = {
  '': own,
  physdev,
  udp: ports,
  tcp: ports,
  multiport: ports,
  state,
  conntrack: state,
  mac,
  icmp,
  set,
}
/** Loaded along with `-p`, also where nothing of them is asked. */
const protocols = new Set(['udp', 'tcp', 'icmp'])

/** A `+` at the end stands for any rest. */
function deviceIs(wanted: string, device: string | undefined): boolean | undefined {
  if (device === undefined) return undefined
  return wanted.endsWith('+') ? device.startsWith(wanted.slice(0, -1)) : device === wanted
}

const numbers: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'ipv6-icmp' }
function protocolIs(wanted: string, protocol: string | undefined): boolean | undefined {
  if (wanted === 'all' || wanted === '0') return true
  return protocol === undefined ? undefined : (numbers[wanted] ?? wanted) === protocol
}

/** `68`, `1000:2000`, and of multiport a list of these; a name instead of a number is not looked up. */
function portIn(wanted: string, port: number | undefined): boolean | undefined {
  const ranges = wanted.split(',').map((range) => /^(\d{1,5})?(:)?(\d{1,5})?$/.exec(range))
  if (port === undefined || ranges.some((range) => !range)) return undefined
  return ranges.some((range) => {
    const [, from, colon, to] = range ?? []
    const last = colon === undefined ? from : to
    return port >= Number(from ?? 0) && port <= Number(last ?? 65535)
  })
}
