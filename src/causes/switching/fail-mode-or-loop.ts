import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import type { Remedy } from '../../core/step.ts'
import { found, ruledOut, warning } from '../../core/verdict.ts'
import type { OvsBridge } from '../../probes/ovs/ovsdb.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { providerFlows, withoutOwnFlow } from '../../probes/wiring/flows.ts'
import { provider } from '../../probes/wiring/provider.ts'
import { isPhysical } from '../applies.ts'
import { byHand, restartAgent } from '../remedies.ts'

export default defineCause({
  id: 'fail-mode-or-loop',
  at: 'ends',
  stops: { station: 'provider bridge' },
  scope: ['host'],
  applies: isPhysical,
  needs: { provider, flows: providerFlows, agent: ovsAgent },
  explainedBy: ['vswitchd-down', 'provider-bridge-missing'],

  check({ provider: p, flows, agent }) {
    const bridges = [p.bridge, p.integration].flatMap((b) => b ?? [])
    const open = bridges.find(isOpen)
    if (!open) return ruledOut(...bridges.map((b) => b.source))
    const own = withoutOwnFlow(flows)
    const isSwitch = open.name === p.name && own.length === 0
    const detail = { bridge: open.name, isSwitch, unit: agent.unit }
    if (!isSwitch) return warning(detail, 'certain', open.source)
    return found(detail, 'certain', open.source, ...flows.flows.map((f) => f.source))
  },

  fix: ({ bridge, unit, isSwitch }, { host }) => [
    restartAgent(host, unit),
    ...(isSwitch ? [] : [setSecure(host, bridge)]),
    byHand(
      host,
      `The agent sets fail_mode of its bridges to secure when it starts. If ${bridge} is standalone again afterwards, find what else writes it (network scripts, a deployment tool), and see in the switch's log whether it has met a loop.`,
      `agent 启动时会把自己的网桥设为 fail_mode secure。如果之后 ${bridge} 又变成 standalone，查清是谁改的（网络脚本、部署工具），并在物理交换机日志中确认是否出现过环路。`,
    ),
  ],

  fault: ({ provider: p, agent }, { host }) => {
    const setMode = (mode: string) => ['ovs-vsctl', 'set-fail-mode', p.name, mode]
    return [
      { on: host, run: ['true'], undo: ['systemctl', 'restart', agent.unit] },
      { on: host, run: setMode('standalone'), undo: setMode('secure') },
      { on: host, run: ['ovs-vsctl', 'del-controller', p.name], undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: 'A bridge of Neutron is not in fail_mode secure: it switches by itself',
      why: "Without the agent's flows such a bridge is a plain switch: it sends local VLANs out on the wire untranslated, and may close a loop.",
      says: (d) =>
        d.isSwitch
          ? `${d.bridge} is in fail_mode standalone and has no flow of the agent: it floods as a plain switch.`
          : `${d.bridge} is in fail_mode standalone: it will flood as a plain switch once its flows are lost.`,
    },
    zh: {
      title: 'Neutron 的网桥不是 fail_mode secure：自己当普通交换机转发',
      why: '没有 agent 的流表时，这样的网桥就是普通交换机：内部 VLAN 不经转换就发到物理网络，还可能形成环路。',
      says: (d) =>
        d.isSwitch
          ? `${d.bridge} 的 fail_mode 是 standalone，且没有任何 agent 的流表：它在像普通交换机一样泛洪。`
          : `${d.bridge} 的 fail_mode 是 standalone：流表一旦丢失，它就会像普通交换机一样泛洪。`,
    },
  },
})

/** Only while the agent's flows are there: a secure bridge without them drops everything. */
const setSecure = (on: string, bridge: string): Remedy => ({
  on,
  risk: 'none',
  run: ['ovs-vsctl', 'set', 'Bridge', bridge, 'fail_mode=secure'],
  undo: ['ovs-vsctl', 'set', 'Bridge', bridge, 'fail_mode=standalone'],
  say: say(
    'If the agent cannot be restarted now: set the mode by hand. The flows stay.',
    '如果现在不能重启 agent：手动设置 fail_mode，流表保持不变。',
  ),
})

/** Not set at all means standalone as well (ovs-vswitchd.conf.db(5)). */
const isOpen = ({ failMode }: OvsBridge) => failMode !== 'secure'
