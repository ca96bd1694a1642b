import fc from 'fast-check'
import { common, type Field, isIp, protocols, transportOf } from './fields.ts'
import type { Focus } from './focus.ts'
import type { Bridge } from '../world.ts'

export interface RandomPacket {
  readonly bridge: string
  /** As `ofproto/trace` takes it. */
  readonly flow: string
  readonly ctNext: readonly string[]
}

export function packets(focus: Focus, bridges: readonly Bridge[]): fc.Arbitrary<RandomPacket> {
  const whole = focus.protocols.map((protocol) => WHOLE[protocol] ?? [protocol]).flat()
  return fc.tuple(fc.constantFrom(...bridges), fc.constantFrom(...whole)).chain(([bridge, protocol]) => {
    const input = fc.constantFrom(...bridge.ports.filter((p) => !p.peer).map((p) => String(p.ofport)), 'LOCAL')
    return fc
      .tuple(input, tagOf(focus), metadataOf(focus), ownOf(protocol), fc.array(states, { maxLength: 4 }))
      .map(([port, tag, metadata, own, ctNext]) => ({
        bridge: bridge.name,
        flow: asTraced([`in_port=${port}`, ...protocol.split(','), ...tag, ...metadata, ...own]).join(','),
        ctNext: 'ct' in focus.actions ? ctNext : [],
      }))
  })
}

/** Where a match says `tp_src` and `icmp_type`, a trace's packet has to say whose. */
function asTraced(words: readonly string[]): readonly string[] {
  const transport = words.map(transportOf).find(Boolean)
  const icmp = words.includes('icmp6') ? 'icmpv6_' : 'icmp_'
  return words.map((word) => word.replace(/^tp_/, `${transport}_`).replace(/^icmp_/, icmp))
}

// `ip` alone has protocol 0, and OVS changes nothing in the IP header of such a packet.
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  '': ['arp', 'udp', 'dl_type=0x88cc'],
  ip: ['tcp', 'udp', 'ip,nw_proto=47'],
  ipv6: ['udp6', 'icmp6', 'ipv6,nw_proto=47'],
  icmp6: ['icmp6,icmp_type=128,icmp_code=0', 'icmp6,icmp_type=129,icmp_code=1'],
}

const states = fc.constantFrom('trk,new', 'trk,est', 'trk,est,rpl', 'trk,rel,new', 'trk,inv')

const one = (field: Field) => fc.constantFrom(...field.values).map((value) => `${field.name}=${value}`)

function tagOf(focus: Focus): fc.Arbitrary<readonly string[]> {
  const [vid, pcp] = common.vlan
  if (!focus.fields.includes('vlan') || !vid || !pcp) return fc.constant([])
  return fc.oneof(fc.constant([]), fc.tuple(one(vid), one(pcp)))
}

/** What is not on the wire: registers, tunnel metadata, conntrack's fields. */
function metadataOf(focus: Focus): fc.Arbitrary<readonly string[]> {
  const fields = focus.fields
    .filter((family) => family !== 'ethernet' && family !== 'vlan')
    .flatMap((family): readonly Field[] => common[family])
    .filter((field) => !field.onlyMatched)
  return fc
    .subarray(fields)
    .chain((some) => fc.tuple(...some.map(one)))
    .map((words) => (words.some((w) => w.startsWith('ct_')) ? ['ct_state=trk', ...words] : words))
}

function ownOf(protocol: string): fc.Arbitrary<readonly string[]> {
  const own = protocols[protocol] ?? protocols[protocol.split(',')[0] ?? ''] ?? []
  const said = new Set(protocol.split(',').map((word) => word.split('=')[0]))
  const fields = [...common.ethernet, ...own].filter((field) => !field.onlyMatched && !said.has(field.name))
  const extra: fc.Arbitrary<string>[] = []
  if (isIp(protocol))
    extra.push(fc.constantFrom('nw_frag=no', 'nw_frag=no', 'nw_frag=no', 'nw_frag=first', 'nw_frag=later'))
  if (transportOf(protocol) === 'tcp')
    extra.push(fc.constantFrom('tcp_flags=syn', 'tcp_flags=syn|ack', 'tcp_flags=ack', 'tcp_flags=rst|ack'))
  return fc.tuple(...fields.map(one), ...extra).map(withoutWhatFragmentsLack)
}

/** Only the first fragment has ports. */
function withoutWhatFragmentsLack(words: readonly string[]): readonly string[] {
  if (!words.includes('nw_frag=later')) return words
  return words.filter((word) => !/^(tp_|icmp_|tcp_flags|nd_)/.test(word))
}
