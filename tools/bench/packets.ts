import { GATEWAY } from './bridges.ts'
import type { Connection } from '../../src/openflow/trace/trace.ts'
import type { Member } from './template.ts'

/** One question to a tracer. */
export interface Question {
  readonly name: string
  /** As `ofproto/trace` takes it. */
  readonly packet: string
  /** What connection tracking says, one for each `ct`. */
  readonly connections: readonly Connection[]
}

/** What a VM sends and gets in an ordinary day, and what it must not send. */
export function questionsOf(own: Member, neighbour: Member): readonly Question[] {
  const out = `in_port=${own.ofport}`
  const to = (mac: string) => `dl_src=${own.mac},dl_dst=${mac}`
  const back = `in_port=1,dl_vlan=${own.segment},dl_src=${GATEWAY},dl_dst=${own.mac}`
  const tcp = (source: string, destination: string, port: number) =>
    `nw_src=${source},nw_dst=${destination},nw_ttl=64,tcp_src=${port === 22 ? 40000 : port},tcp_dst=${port === 22 ? 22 : 40000}`
  const outside = '203.0.113.9'
  return [
    {
      name: 'DHCP request',
      packet: `${out},udp,${to('ff:ff:ff:ff:ff:ff')},nw_src=0.0.0.0,nw_dst=255.255.255.255,nw_ttl=64,udp_src=68,udp_dst=67`,
      connections: [],
    },
    {
      name: 'DHCP reply',
      packet: `${back},udp,nw_src=10.0.0.2,nw_dst=${own.ip},nw_ttl=64,udp_src=67,udp_dst=68`,
      connections: [],
    },
    {
      name: 'ARP request',
      packet: `${out},arp,${to('ff:ff:ff:ff:ff:ff')},arp_spa=${own.ip},arp_tpa=10.0.0.1,arp_op=1,arp_sha=${own.mac}`,
      connections: [],
    },
    {
      name: 'TCP out, new',
      packet: `${out},tcp,${to(GATEWAY)},${tcp(own.ip, outside, 22)}`,
      connections: [['new'], ['new']],
    },
    {
      name: 'TCP out, established',
      packet: `${out},tcp,${to(GATEWAY)},${tcp(own.ip, outside, 22)}`,
      connections: [['est']],
    },
    { name: 'TCP in, new, SSH', packet: `${back},tcp,${tcp(outside, own.ip, 22)}`, connections: [['new']] },
    { name: 'TCP in, answer', packet: `${back},tcp,${tcp(outside, own.ip, 80)}`, connections: [['est', 'rpl']] },
    {
      name: 'TCP from a neighbour',
      packet: `in_port=${neighbour.ofport},tcp,dl_src=${neighbour.mac},dl_dst=${own.mac},${tcp(neighbour.ip, own.ip, 80)}`,
      connections: [['new'], ['new']],
    },
    { name: 'TCP in, closed port', packet: `${back},tcp,${tcp(outside, own.ip, 80)}`, connections: [['new']] },
    {
      name: 'spoofed address',
      packet: `${out},tcp,${to(GATEWAY)},${tcp('10.66.66.66', outside, 22)}`,
      connections: [],
    },
  ]
}
