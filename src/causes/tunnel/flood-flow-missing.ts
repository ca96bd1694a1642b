import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import type { Leg } from '../../core/hop.ts'
import { found, ruledOut, stopping, unknown, warning } from '../../core/verdict.ts'
import { outputs } from '../../openflow/fate.ts'
import type { Flow } from '../../openflow/flow.ts'
import { matchedVlan } from '../../openflow/vlan.ts'
import type { OvsInterface } from '../../probes/ovs/ovsdb.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import {
  isCutOff,
  isNeeded,
  type Peer,
  type PeerRole,
  type Peers,
  peers,
  portTo,
  type TunnelFlows,
  tunnelFlows,
} from '../../probes/wiring/tunnel.ts'
import { isOverlay } from '../applies.ts'
import { restartAgent } from '../remedies.ts'
import { unbound } from '../unbound.ts'

/** FLOOD_TO_TUN (neutron_lib, ovs_constants.py). */
const FLOOD = 22

export default defineCause({
  id: 'flood-flow-missing',
  at: 'ends',
  stops: { station: 'tunnel bridge', heading: 'out' },
  scope: ['network on host', 'host'],
  applies: isOverlay,
  needs: { tunnel: tunnelFlows, peers, agent: ovsAgent },
  explainedBy: [
    ...unbound,
    ...(['ovs-restart-agent-not-recovered', 'vswitchd-down', 'tunnel-port-missing'] as const),
    ...(['ovs-agent-down', 'brint-default-flows-missing'] as const),
  ],

  check({ tunnel: t, peers: p, agent }, { subject, host }) {
    const rows = t.table.flows.filter((f) => f.table === FLOOD && matchedVlan(f) === t.local.id && sends(f))
    const strange = rows.find((f) => f.actions.some((a) => !isPlain(a)))
    if (strange) return unknown('the flood flow is not one that Neutron makes', '泛洪流表不是 Neutron 的写法')
    const reachable = p.all.flatMap((peer) => withPort(peer, t.ports))
    const lacking = reachable.filter(({ port }) => !rows.some((f) => leadsTo(f, port)))
    const waiting = lacking.find(({ peer }) => p.onDemand && !peer.active && isNeeded(peer))
    const missing = lacking.filter(({ peer }) => !p.onDemand || peer.active)
    if (missing.length === 0) {
      if (waiting)
        return unknown(
          `with l2population ${waiting.peer.host} is flooded to only while the ports are ACTIVE`,
          `启用 l2population 时，端口为 ACTIVE 才会向 ${waiting.peer.host} 泛洪`,
        )
      const alone = p.all.find((peer) => isNeeded(peer))
      if (reachable.length === 0 && alone)
        return unknown(`there is no tunnel to ${alone.host} to flood to`, `没有到 ${alone.host} 的隧道，无从泛洪`)
      return ruledOut(...(rows[0] ? [rows[0].source] : [p.whole]), t.local.source)
    }
    const names = missing.map(({ peer }) => peer.host)
    const detail = {
      ...{ bridge: t.bridge.name, local: t.local.id, peers: names.slice(0, 3).join(', '), unit: agent.unit },
      ...{ none: rows.length === 0, more: Math.max(0, names.length - 3) },
    }
    const because = [rows[0]?.source ?? without(`table=${FLOOD},dl_vlan=${t.local.id}`, t.table.whole), ...dropOf(t)]
    const where = missing.slice(0, 2).flatMap(({ peer, port }) => [port.source, ...peer.because().slice(0, 1)])
    const lost = new Set(missing.map(({ peer }) => peer.host))
    const conversations = stopped(lost, p, { asServer: host !== subject.compute, subject })
    const verdict = (conversations.length > 0 ? found : warning)(
      detail,
      'certain',
      ...because,
      t.local.source,
      ...where,
    )
    return conversations.length > 0 ? stopping({ conversations }, verdict) : verdict
  },

  fix: ({ unit }, { host }) => [restartAgent(host, unit)],

  fault: ({ tunnel: t, agent }, { host }) => [
    {
      on: host,
      run: ['ovs-ofctl', 'del-flows', t.bridge.name, `table=${FLOOD},dl_vlan=${t.local.id}`],
      undo: ['systemctl', 'restart', agent.unit],
    },
  ],

  words: {
    en: {
      title: "br-tun does not flood the network's broadcasts into the tunnels",
      why: 'DHCP and ARP requests are broadcasts: where the flow leaves a host out, they never arrive there.',
      says: (d) =>
        `${d.bridge} has ${d.none ? 'no flood flow' : 'a flood flow'} for local VLAN ${d.local}${d.none ? '' : ` that leaves out ${listed.en(d)}`}${d.none ? ` (it should lead to ${listed.en(d)})` : ''}.`,
    },
    zh: {
      title: 'br-tun 没有把该网络的广播泛洪到隧道',
      why: 'DHCP 和 ARP 请求都是广播：泛洪流表里漏掉的主机收不到。',
      says: (d) =>
        d.none
          ? `${d.bridge} 上没有内部 VLAN ${d.local} 的泛洪流表（应通往 ${listed.zh(d)}）。`
          : `${d.bridge} 上内部 VLAN ${d.local} 的泛洪流表漏掉了 ${listed.zh(d)}。`,
    },
  },
})

const listed = {
  en: (d: { peers: string; more: number }) => `${d.peers}${d.more > 0 ? ` and ${d.more} more` : ''}`,
  zh: (d: { peers: string; more: number }) => `${d.peers}${d.more > 0 ? ` 等 ${d.more + 3} 台` : ''}`,
}

const sends = (flow: Flow) => flow.actions.some((a) => a !== 'drop')

/** What Neutron writes there: no tag, the tunnel's ID, ports. */
const isPlain = (action: string) => /^(strip_vlan|pop_vlan|set_tunnel|set_field:|load:|output:)/.test(action)

const leadsTo = (flow: Flow, port: OvsInterface) =>
  outputs(flow).some((out) => out === String(port.ofport) || out === port.name)

/** A peer without a tunnel port is another cause's story. */
function withPort(peer: Peer, ports: readonly OvsInterface[]) {
  const port = peer.ip === undefined ? undefined : portTo(ports, peer.ip)
  return port?.ofport !== undefined && port.ofport > 0 ? [{ peer, port }] : []
}

const dropOf = ({ table }: TunnelFlows) =>
  table.flows.flatMap((f) => (f.table === FLOOD && f.priority === 0 ? [f.source] : []))

/**
 * A request is lost where no server is flooded to. What a server sends is for the VM's own MAC, which br-tun has learned
 * from the request: there a missing flow breaks nothing of this conversation.
 */
function stopped(
  lost: ReadonlySet<string>,
  { all, own }: Peers,
  { asServer, subject }: { asServer: boolean; subject: { readonly dhcpHosts: readonly string[]; compute?: string } },
): Leg['conversation'][] {
  if (asServer) return []
  const isCut = (role: PeerRole) => isCutOff(role, all, (peer) => lost.has(peer.host))
  const servedHere = subject.dhcpHosts.includes(subject.compute ?? '')
  const arp = isCut('router') && own?.tunnels.arpResponder !== true
  return [...(isCut('dhcp') && !servedHere ? (['dhcp'] as const) : []), ...(arp ? (['arp'] as const) : [])]
}
