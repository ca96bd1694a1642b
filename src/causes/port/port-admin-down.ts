import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { apiPort } from '../../probes/api/port.ts'

const port = (verb: string, id: string) => ['openstack', 'port', 'set', verb, id]

export default defineCause({
  id: 'port-admin-down',
  at: 'cloud',
  stops: { station: 'guest port' },
  scope: ['port'],
  needs: { port: apiPort },
  explainedBy: [],

  check: ({ port: p }) =>
    p.adminUp ? ruledOut(p.cite('admin_state_up')) : found({}, 'certain', p.cite('admin_state_up'), p.cite('status')),

  fix: (_, { subject }) => [
    {
      on: 'api',
      risk: 'none',
      run: port('--enable', subject.port.id),
      undo: port('--disable', subject.port.id),
      say: say('Enable the port; the agent wires it within seconds.', '启用端口，agent 几秒内就会把它接好。'),
    },
  ],

  fault: (_, { subject }) => [
    { on: 'api', run: port('--disable', subject.port.id), undo: port('--enable', subject.port.id) },
  ],

  words: {
    en: {
      title: 'The port is administratively down in Neutron',
      why: 'The agent keeps such a port on the dead VLAN: nothing passes.',
      says: () => "Neutron's port has admin_state_up=False.",
    },
    zh: {
      title: '端口在 Neutron 中被禁用（admin down）',
      why: 'agent 会把这样的端口放到 dead VLAN 上，任何流量都不通。',
      says: () => 'Neutron 端口的 admin_state_up 为 False。',
    },
  },
})
