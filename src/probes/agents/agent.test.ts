import { expect, test } from 'vitest'
import { parseProcesses } from '../host/processes.ts'
import { agentProcess } from './agent.ts'

const listed = (args: string) => {
  const stdout = `    1     0  900 Ss   init.scope  /sbin/init\n   70     1  600 S    x.service   ${args}\n`
  const parsed = parseProcesses({ ask: { host: 'h', argv: ['ps'] }, stdout, stderr: '', exit: 0, ms: 1 })
  if (!parsed.ok) throw new Error(parsed.problem.en)
  return agentProcess(parsed.fact, 'neutron-openvswitch-agent')?.pid
}

test.each([
  '/usr/bin/python3 /usr/bin/neutron-openvswitch-agent --config-file=/etc/neutron/neutron.conf',
  '/usr/bin/python2 /usr/bin/neutron-openvswitch-agent --config-file /usr/share/neutron/neutron-dist.conf',
  '/usr/bin/python3 -s /usr/bin/neutron-openvswitch-agent',
  '/var/lib/kolla/venv/bin/python3 /var/lib/kolla/venv/bin/neutron-openvswitch-agent',
  'neutron-openvswitch-agent: main',
  'neutron-openvswitch-agent',
])('%s is the agent', (args) => {
  expect(listed(args)).toBe(70)
})

test.each([
  'tail -f /var/log/neutron/neutron-openvswitch-agent.log',
  'vim neutron-openvswitch-agent',
  'sudo neutron-rootwrap-daemon /etc/neutron/rootwrap.conf',
  'systemctl restart neutron-openvswitch-agent',
])('%s is not', (args) => {
  expect(listed(args)).toBeUndefined()
})
