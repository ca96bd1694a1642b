import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { DEAD_VLAN, localVlan } from '../../probes/wiring/local-vlan.ts'
import { attachedVif } from '../../probes/wiring/vif.ts'
import { park } from '../parked.ts'
import { restartAgent } from '../remedies.ts'
import { unbound } from '../unbound.ts'

export default defineCause({
  id: 'dead-vlan-4095',
  at: 'compute',
  stops: { station: 'br-int' },
  scope: ['port'],
  needs: { vif: attachedVif, agent: ovsAgent, local: maybe(localVlan) },
  explainedBy: [...unbound, 'port-admin-down', 'ovs-agent-down', 'ovs-restart-agent-not-recovered', 'vswitchd-down'],

  check({ vif: v, agent, local }) {
    if (v.port.tag !== DEAD_VLAN) return ruledOut(v.port.source)
    return found(
      { tap: v.port.name, local: local.ok ? local.fact.id : undefined, unit: agent.unit },
      'certain',
      v.port.source,
    )
  },

  fix: ({ tap, local, unit }, { host }) => [
    restartAgent(host, unit),
    ...(local === undefined
      ? []
      : [
          {
            on: host,
            risk: 'none' as const,
            run: [
              'ovs-vsctl',
              'set',
              'Port',
              tap,
              `tag=${local}`,
              '--',
              'clear',
              'Port',
              tap,
              'vlan_mode',
              '--',
              'clear',
              'Port',
              tap,
              'trunks',
            ],
            undo: ['ovs-vsctl', 'set', 'Port', tap, `tag=${DEAD_VLAN}`],
            say: say(
              'If the agent cannot be restarted now: set the tag by hand.',
              '如果现在不能重启 agent：手动改回 tag 应急。',
            ),
          },
        ]),
  ],

  fault: ({ vif: v }, { host }) => [park(host, v.port)],

  words: {
    en: {
      title: 'The port is parked on the dead VLAN 4095',
      why: 'The agent keeps ports there that it has not wired: nothing passes.',
      says: (d) => `${d.tap} has tag 4095.`,
    },
    zh: {
      title: '端口停在 dead VLAN 4095 上',
      why: 'agent 把尚未接好的端口放在这个 VLAN，任何流量都不通。',
      says: (d) => `${d.tap} 的 tag 是 4095。`,
    },
  },
})
