import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { providerFlows, withoutOwnFlow } from '../../probes/wiring/flows.ts'
import { provider } from '../../probes/wiring/provider.ts'
import { isPhysical } from '../applies.ts'
import { restartAgent } from '../remedies.ts'
import { say } from '../../core/lang.ts'

export default defineCause({
  id: 'provider-bridge-flows-wiped',
  at: 'ends',
  stops: { station: 'provider bridge' },
  scope: ['host'],
  applies: isPhysical,
  needs: { provider, flows: providerFlows, agent: ovsAgent },
  explainedBy: ['ovs-restart-agent-not-recovered', 'vswitchd-down', 'provider-bridge-missing', 'fail-mode-or-loop'],

  check({ provider: p, flows, agent }) {
    const [first] = withoutOwnFlow(flows)
    if (first) return ruledOut(first.source)
    const failMode = p.bridge?.failMode ?? 'standalone'
    return found(
      { bridge: p.name, failMode, unit: agent.unit },
      'certain',
      without('in_port=', flows.whole),
      ...(p.bridge ? [p.bridge.source] : []),
    )
  },

  fix: ({ unit }, { host }) => [
    {
      ...restartAgent(host, unit),
      say: say(
        'Restart the agent. It watches br-int only, so it never notices that this bridge has lost its flows.',
        '重启 agent。agent 只监测 br-int 的流表，这个网桥的流表丢了它自己发现不了。',
      ),
    },
  ],

  fault: ({ provider: p, agent }, { host }) => [
    { on: host, run: ['ovs-ofctl', 'del-flows', p.name], undo: ['systemctl', 'restart', agent.unit] },
  ],

  words: {
    en: {
      title: 'All flows of the provider bridge are gone',
      why: "Without the agent's flows the bridge drops every frame of every provider network of this host.",
      says: (d) => `${d.bridge} (fail_mode ${d.failMode}) has no flow of the agent.`,
    },
    zh: {
      title: 'provider 网桥的流表被清空',
      why: '没有 agent 下发的流表，该主机所有 provider 网络的流量都会被丢弃。',
      says: (d) => `${d.bridge}（fail_mode ${d.failMode}）上没有任何 agent 下发的流表。`,
    },
  },
})
