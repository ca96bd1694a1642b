import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { integer } from '../../core/scan.ts'
import { found, ruledOut, stopping, type Sureness, unknown, warning } from '../../core/verdict.ts'
import { loaded, nextTables } from '../../openflow/fate.ts'
import type { Flow } from '../../openflow/flow.ts'
import { matchedVlan } from '../../openflow/vlan.ts'
import { apiPort } from '../../probes/api/port.ts'
import { type AgentState, ovsAgent } from '../../probes/wiring/agent-state.ts'
import { EGRESS, firewall, INGRESS, INGRESS_RULES, TRANSIENT } from '../../probes/wiring/firewall.ts'
import { integrationFlows } from '../../probes/wiring/flows.ts'
import { DEAD_VLAN } from '../../probes/wiring/local-vlan.ts'
import { attachedVif } from '../../probes/wiring/vif.ts'
import { restartAgent } from '../remedies.ts'
import { unbound } from '../unbound.ts'

export default defineCause({
  id: 'ovsfw-port-flows-missing',
  at: 'compute',
  stops: { station: 'br-int' },
  scope: ['port'],
  needs: { firewall, flows: integrationFlows, vif: attachedVif, agent: ovsAgent, port: maybe(apiPort) },
  explainedBy: [
    ...unbound,
    ...(['brint-default-flows-missing', 'ovs-restart-agent-not-recovered', 'vswitchd-down'] as const),
    ...(['ovs-agent-down', 'port-admin-down'] as const),
    ...(['of-controller-disconnected', 'rabbitmq-unreachable'] as const),
    ...(['dead-vlan-4095', 'local-vlan-tag-wrong', 'tap-not-in-br-int'] as const),
  ],

  check({ firewall: fw, flows, vif: v, agent, port }, { subject }) {
    const { tag } = v.port
    if (!v.onIntegration) return unknown(`${v.port.name} is not on br-int`, `${v.port.name} 不在 br-int 上`)
    if (tag === undefined || tag === DEAD_VLAN) return unknown('the port is not wired', '端口还没有接好')
    if (fw.kind === 'other') return ruledOut(...fw.because)
    if (!fw.entry && !fw.otherEntry)
      return unknown(
        'nothing shows that the openvswitch firewall works on this host',
        '没有迹象表明该主机在使用 openvswitch 防火墙',
      )
    const way = { entry: fw.entry, arrival: arrivalOf(flows.flows, subject.port.mac, tag) }
    const common = { tap: v.port.name, ofport: fw.ofport, unit: agent.unit }
    const lost = (what: What) => ({ ...common, what })
    const sure = sureness(agent, port.ok ? port.fact.status : undefined)
    const absent = (table: number, word: string) => without(`table=${table} … ${word}`, flows.whole)
    const local = way.entry && loaded(way.entry, 6)
    // A tag that somebody has changed is another cause's story.
    if (way.entry && local !== undefined && local !== (integer(v.port.otherConfig.get('tag')) ?? tag))
      return found(lost('other VLAN'), sure, way.entry.source, v.port.source)
    if (way.entry && nextTables(way.entry).includes(EGRESS) && fw.rows(EGRESS).length === 0)
      return stopping(
        { heading: 'out' },
        found(
          lost('out'),
          sure,
          way.entry.source,
          absent(EGRESS, `in_port=${fw.ofport}`),
          ...dropOf(flows.flows, EGRESS),
        ),
      )
    if (way.arrival && nextTables(way.arrival).includes(INGRESS) && fw.rows(INGRESS).length === 0)
      return stopping(
        { heading: 'in' },
        found(
          lost('in'),
          sure,
          way.arrival.source,
          absent(INGRESS, `reg5=${fw.register}`),
          ...dropOf(flows.flows, INGRESS),
        ),
      )
    if (way.entry) return ruledOut(way.entry.source, ...(way.arrival ? [way.arrival.source] : []))
    const missing = absent(TRANSIENT, `in_port=${fw.ofport}`)
    const compared = fw.otherEntry ? [fw.otherEntry.source] : []
    // Table 60 then switches what the VM sends as it is, and conntrack never hears of it: only answers are refused.
    if (way.arrival && fw.rows(INGRESS_RULES).length > 0)
      return stopping({ conversations: [] }, found(lost('answers'), 'likely', missing, way.arrival.source, ...compared))
    return warning(lost('unfiltered'), sure, missing, ...compared, v.iface.source)
  },

  fix: ({ unit }, { host, subject }) => {
    const set = (option: '--disable' | '--enable') => ['openstack', 'port', 'set', option, subject.port.id]
    return [
      restartAgent(host, unit),
      {
        on: 'api',
        risk: 'blips this port',
        run: set('--disable'),
        say: say(
          'Or this port alone, where the agent cannot be restarted now: disable it,',
          '或者只处理这一个端口（现在不能重启 agent 时）：先禁用，',
        ),
      },
      {
        on: 'api',
        risk: 'blips this port',
        run: set('--enable'),
        follows: 'at once',
        say: say('and enable it again: the agent writes its flows anew.', '再启用：agent 会重新下发该端口的流表。'),
      },
    ]
  },

  fault: ({ firewall: fw, vif: v, agent }, { host }) => [
    {
      on: host,
      run: ['ovs-ofctl', 'del-flows', v.integration, `table=${EGRESS},in_port=${fw.ofport}`],
      undo: ['systemctl', 'restart', agent.unit],
    },
  ],

  words: {
    en: {
      title: "The port's flows of the openvswitch firewall are missing",
      why: 'The firewall is flows of br-int; what reaches it and finds none of its own there is dropped.',
      says: (d) => sentences.en[d.what](d.tap, d.ofport),
    },
    zh: {
      title: 'openvswitch 防火墙没有该端口的流表',
      why: '防火墙由 br-int 的流表实现；进入防火墙却没有对应流表的报文会被丢弃。',
      says: (d) => sentences.zh[d.what](d.tap, d.ofport),
    },
  },
})

type What = 'out' | 'in' | 'answers' | 'unfiltered' | 'other VLAN'
type Sentence = (tap: string, ofport: string) => string
const sentences: Readonly<Record<'en' | 'zh', Readonly<Record<What, Sentence>>>> = {
  en: {
    out: (tap, ofport) =>
      `Table ${EGRESS} has no flow for ${tap} (ofport ${ofport}): all that the VM sends is dropped.`,
    in: (tap, ofport) =>
      `Table ${INGRESS} has no flow for ${tap} (ofport ${ofport}): all that comes for the VM is dropped.`,
    answers: (tap, ofport) =>
      `Table ${TRANSIENT} has no flow for ${tap} (ofport ${ofport}): connections of the VM are not tracked, and their answers refused.`,
    unfiltered: (tap, ofport) =>
      `The firewall has no flows for ${tap} (ofport ${ofport}): the VM is switched without any filter.`,
    'other VLAN': (tap) => `The firewall puts ${tap} into another local VLAN than its tag.`,
  },
  zh: {
    out: (tap, ofport) => `table ${EGRESS} 中没有 ${tap}（ofport ${ofport}）的流表：虚拟机发出的报文全部被丢弃。`,
    in: (tap, ofport) => `table ${INGRESS} 中没有 ${tap}（ofport ${ofport}）的流表：发往虚拟机的报文全部被丢弃。`,
    answers: (tap, ofport) =>
      `table ${TRANSIENT} 中没有 ${tap}（ofport ${ofport}）的流表：虚拟机的连接没有被跟踪，应答会被拒绝。`,
    unfiltered: (tap, ofport) => `防火墙没有 ${tap}（ofport ${ofport}）的流表：虚拟机的流量未经任何过滤直接转发。`,
    'other VLAN': (tap) => `防火墙把 ${tap} 放进了与其 tag 不同的内部 VLAN。`,
  },
}

/** Younger than this, an agent may still be at its first round. Seconds. */
const SETTLING = 60

/** While the agent is at a port, its flows come one after the other. */
const sureness = ({ process }: AgentState, status: string | undefined): Sureness =>
  status === 'ACTIVE' && (process === undefined || process.age >= SETTLING) ? 'certain' : 'likely'

/** Table 60, priority 90: where what is for the VM enters the firewall. */
const arrivalOf = (flows: readonly Flow[], mac: string, tag: number): Flow | undefined =>
  flows.find((f) => f.table === TRANSIENT && f.match.get('dl_dst') === mac && matchedVlan(f) === tag)

const dropOf = (flows: readonly Flow[], table: number) =>
  flows.flatMap((f) => (f.table === table && f.priority === 0 ? [f.source] : []))
