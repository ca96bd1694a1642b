import { say } from '../../src/core/lang.ts'
import type { Plan, RepairStep } from '../../src/core/repair.ts'

const words = say('words', '文字')

/** A step on a service: `inactive` before, `stop` takes it back. */
export const startAgent: RepairStep = {
  ...{ on: 'comp1', risk: 'restarts a service', say: words, causes: ['ovs-agent-down'], touches: words },
  run: ['systemctl', 'start', 'neutron-openvswitch-agent.service'],
  undo: ['systemctl', 'stop', 'neutron-openvswitch-agent.service'],
  before: 'inactive',
}

export const planOf = (id: string, steps: readonly RepairStep[] = [startAgent]): Plan => ({
  ...{ id, asked: 'vm1', vm: 'vm1', port: 'p', network: 'n', verdict: 'broken', host: 'comp1' },
  causes: [{ id: 'ovs-agent-down', host: 'comp1', sure: 'certain', title: words, says: words, evidence: [] }],
  ...{ steps, alternatives: [], instructions: [], later: [], proves: false },
})
