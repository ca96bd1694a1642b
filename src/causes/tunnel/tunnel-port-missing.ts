import { type Evidence, without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import type { Leg } from '../../core/hop.ts'
import { found, ruledOut, type Sureness, stopping, unknown, warning } from '../../core/verdict.ts'
import { usualLogs } from '../../probes/agents/log.ts'
import type { OvsInterface } from '../../probes/ovs/ovsdb.ts'
import { type AgentState, ovsAgent } from '../../probes/wiring/agent-state.ts'
import { isCutOff, isNeeded, type Peer, type PeerRole, peers, portTo, tunnel } from '../../probes/wiring/tunnel.ts'
import { isOverlay } from '../applies.ts'
import { readLog, restartAgent } from '../remedies.ts'

export default defineCause({
  id: 'tunnel-port-missing',
  at: 'ends',
  stops: { station: 'tunnel bridge' },
  scope: ['host', 'network on host'],
  applies: isOverlay,
  needs: { tunnel, peers, agent: ovsAgent },
  explainedBy: ['ovs-restart-agent-not-recovered', 'vswitchd-down', 'ovs-agent-down', 'port-binding-failed-agent-dead'],

  check({ tunnel: t, peers: p, agent }, { subject, host }) {
    const keyed = t.ports.find((port) => port.options.get('remote_ip') === 'flow')
    if (keyed) return ruledOut(keyed.source)
    const absent = p.all.filter((peer) => peer.ip !== undefined && isAbsent(t.ports, peer.ip))
    const missing = absent.filter((peer) => !p.onDemand || peer.active)
    if (missing.length === 0) {
      const quiet = absent.find(isNeeded)
      if (quiet)
        return unknown(
          `with l2population no tunnel is made to ${quiet.host} while the ports are not ACTIVE`,
          `启用 l2population 时，端口不是 ACTIVE 就不会建立到 ${quiet.host} 的隧道`,
        )
      const silent = p.all.find((peer) => peer.ip === undefined && isNeeded(peer))
      if (silent)
        return unknown(`the tunnel's address of ${silent.host} is not known`, `不知道 ${silent.host} 的隧道地址`)
      return ruledOut(...presentFor(p.all, t.ports), p.whole)
    }
    const first = missing.find(isNeeded) ?? missing[0]
    const detail = {
      ...{ bridge: t.bridge.name, type: t.type, unit: agent.unit },
      ...{ peer: first?.host ?? '', ip: first?.ip ?? '', others: missing.length - 1 },
    }
    const conversations = stopped(missing, p.all, subject.dhcpHosts.includes(host) && host === subject.compute)
    const because = [
      ...[...(first ? [first] : []), ...missing.filter((peer) => peer !== first)]
        .slice(0, 3)
        .flatMap((peer) => evidenceOf(peer, t.ports, t.bridge.source)),
      t.bridge.source,
    ]
    return conversations.length === 0
      ? warning(detail, sureness(agent), ...because)
      : stopping({ conversations }, found(detail, sureness(agent), ...because))
  },

  fix: ({ unit }, { host }) => [restartAgent(host, unit), readLog(host, usualLogs['neutron-openvswitch-agent'])],

  fault: ({ tunnel: t, peers: p, agent }, { host }) => {
    const ip = p.all.find(isNeeded)?.ip ?? ''
    const port = portTo(t.ports, ip)?.name ?? ''
    return [
      {
        on: host,
        run: ['ovs-vsctl', 'del-port', t.bridge.name, port],
        undo: ['systemctl', 'restart', agent.unit],
      },
    ]
  },

  words: {
    en: {
      title: 'There is no tunnel to the host at the other end',
      why: 'A tunnel port stands for each other host; without one, nothing of the network goes there or is taken from there.',
      says: (d) =>
        `${d.bridge} has no ${d.type} port to ${d.peer} (${d.ip})${d.others > 0 ? `, nor to ${d.others} more` : ''}.`,
    },
    zh: {
      title: '没有到对端主机的隧道口',
      why: '每台对端主机对应一个隧道口；没有它，报文发不到对端，对端来的也不收。',
      says: (d) =>
        `${d.bridge} 上没有到 ${d.peer}（${d.ip}）的 ${d.type} 口${d.others > 0 ? `，另外还缺 ${d.others} 个` : ''}。`,
    },
  },
})

/** Younger than this, an agent may still be at its first round. Seconds. */
const SETTLING = 60

const sureness = ({ process }: AgentState): Sureness =>
  process !== undefined && process.age < SETTLING ? 'likely' : 'certain'

/** A port that Open vSwitch could not open is as good as none. */
function isAbsent(ports: readonly OvsInterface[], ip: string): boolean {
  const port = portTo(ports, ip)
  return port === undefined || (port.ofport !== undefined && port.ofport < 0)
}

/** What the missing ones cut off: DHCP where no server is left, and the way to the gateway. */
function stopped(missing: readonly Peer[], all: readonly Peer[], servedHere: boolean): Leg['conversation'][] {
  const lost = (role: PeerRole) => isCutOff(role, all, (peer) => missing.includes(peer))
  if (lost('vm')) return ['dhcp']
  return [...(lost('dhcp') && !servedHere ? (['dhcp'] as const) : []), ...(lost('router') ? (['arp'] as const) : [])]
}

function evidenceOf(peer: Peer, ports: readonly OvsInterface[], bridge: Evidence): readonly Evidence[] {
  const broken = portTo(ports, peer.ip ?? '')
  return [broken?.source ?? without(`remote_ip=${peer.ip ?? ''}`, ports[0]?.source ?? bridge), ...peer.because()]
}

const presentFor = (all: readonly Peer[], ports: readonly OvsInterface[]) =>
  all.flatMap((peer) => (peer.ip === undefined ? [] : (portTo(ports, peer.ip)?.source ?? [])))
