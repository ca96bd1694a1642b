import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Answer } from '../../core/answer.ts'
import type { Processes } from '../host/processes.ts'
import { agentConfigs } from './config.ts'

/** The real command over real files, as oslo.config would read them. */

const folder = mkdtempSync(join(tmpdir(), 'oldhand-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
mkdirSync(join(folder, 'conf.d'))
const first = file(
  'z-first.conf',
  '[DEFAULT]\ntransport_url = rabbit://u:PLANTED@h/\ndebug=true\n[ovs]\n# bridge_mappings = old:br-old\nbridge_mappings=physnet1:br-wrong\nintegration_bridge = br-int\n',
)
const second = file(
  'a-second.ini',
  '[ovs]\nbridge_mappings = "physnet1:br-a,physnet2:br-b"\n[agent]\npassword = PLANTED\n[securitygroup]\nfirewall_driver : openvswitch\n',
)
file('conf.d/20.conf', '[ovs]\nlocal_ip = 10.0.0.20\n')
file('conf.d/10.conf', '[ovs]\nlocal_ip = 10.0.0.10\ndatapath_type = netdev\n')

const source = { host: 'h', command: 'ps', line: '', value: 0 }
const processes: Processes = {
  whole: source,
  all: [
    {
      ...{ pid: 7, parent: 1, age: 5, state: 'S', source },
      args: `/usr/bin/python3 /usr/bin/neutron-openvswitch-agent --config-file=${first} --config-file ${second} --config-dir ${join(folder, 'conf.d')}`,
    },
  ],
}
const context = { subject: {} as never, host: 'h', prior: { processes } }

const answers = agentConfigs.asks(context).map((ask): Answer => {
  const [command = '', ...args] = ask.argv
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' })
  return { ask, stdout, stderr, exit: status, ms: 1 }
})
const parsed = agentConfigs.parse(answers, context)
if (!parsed.ok) throw new Error(parsed.problem.en)
const agent = parsed.fact['neutron-openvswitch-agent']

test('later files win over earlier ones, in the order in which the process names them', () => {
  if (!agent.ok) throw new Error(agent.problem.en)
  const value = (name: string) => agent.fact.options.get(name)?.value
  expect(value('ovs/bridge_mappings')).toBe('physnet1:br-a,physnet2:br-b')
  expect(value('ovs/integration_bridge')).toBe('br-int')
  expect(value('securitygroup/firewall_driver')).toBe('openvswitch')
  expect(value('ovs/local_ip')).toBe('10.0.0.20')
  expect(value('ovs/datapath_type')).toBe('netdev')
  expect(agent.fact.fromProcess).toBe(true)
  expect(agent.fact.options.get('ovs/bridge_mappings')?.line).toBe(
    `${second}:bridge_mappings = "physnet1:br-a,physnet2:br-b"`,
  )
})

test('what is not needed does not leave the host', () => {
  expect(answers.map((a) => a.stdout).join()).not.toContain('PLANTED')
  expect(answers[0]?.stdout).not.toContain('br-old')
})
