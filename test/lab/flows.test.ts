import { beforeAll, describe, expect, test } from 'vitest'
import { addPort, type Lab, openLab, restartSwitchAgent, runOn } from '../../lab/index.ts'
import { flowsSchema } from '../../src/report/flows/schema.ts'
import { diagnoseJson, lab as labVerb, oldhand, pingFromDhcpNamespaces, speak } from './tool.ts'

/** `oldhand flows` on the real lab: what it says is missing is missing, and what it tells to type brings it back. */

let lab: Lab

const UNIT = 'neutron-openvswitch-agent.service'

/** An agent may have lost a flow of its own in the tests before (the last test here shows how): it begins anew. */
beforeAll(async () => {
  lab = await openLab()
  await Promise.all(lab.hosts.filter(({ role }) => role !== 'control').map(({ name }) => restartSwitchAgent(name)))
  await labVerb('heal')
  await pingFromDhcpNamespaces(lab)
}, 120_000)

async function flows(vm: string) {
  const ran = await oldhand(lab, [
    'flows',
    vm,
    '--os-cloud',
    lab.clouds.password,
    '--ssh-config',
    lab.sshConfig,
    '--json',
  ])
  if (ran.stdout === '') throw new Error(ran.stderr)
  return { ...flowsSchema.parse(JSON.parse(ran.stdout)), code: ran.code }
}

/** The flows of a bridge without what time changes: counters, and what br-tun learns. */
async function dumpOf(host: string, bridge: string): Promise<readonly string[]> {
  const { stdout } = await runOn(host, ['ovs-ofctl', 'dump-flows', bridge])
  return (
    stdout
      .split('\n')
      .filter((line) => line.includes('actions=') && !line.includes('hard_timeout=300, idle_age'))
      .map((line) => line.replace(/duration=\S+ |n_packets=\S+ |n_bytes=\S+ |idle_age=\S+ |hard_age=\S+ /g, '').trim())
      // The agent floods in any order.
      .map((line) => line.replace(/(?:,output:\d+){2,}$/, (all) => all.split(',').toSorted().join(',')))
      .toSorted()
  )
}

describe.each(['vm1', 'vm5', 'vm7'])('%s', (name) => {
  test('every expected flow that is deleted is named, and typed as told it is there again as the agent made it', async () => {
    const vm = lab.vms.find((each) => each.name === name)
    if (!vm) throw new Error(`no VM ${name}`)
    const healthy = await flows(name)
    expect(healthy.hosts.map(({ host, differences, unknown }) => ({ host, differences, unknown }))).toEqual(
      healthy.hosts.map(({ host }) => ({ host, differences: [], unknown: [] })),
    )
    expect([healthy.verdict, healthy.code]).toEqual(['as expected', 0])

    const host = vm.host
    const rows = healthy.hosts.find((each) => each.host === host)?.present ?? []
    // By these the agent, and we, know which release it is.
    const removed = rows.filter(({ expected }) => !/^table=(0,priority=0|23,|0,priority=65535)/.test(expected))
    const bridges = [...new Set(rows.map(({ bridge }) => bridge))]
    expect(removed.length).toBeGreaterThan(bridges.length)
    await runOn(host, ['systemctl', 'kill', '-s', 'STOP', UNIT])
    try {
      const before = await Promise.all(bridges.map((bridge) => dumpOf(host, bridge)))
      for (const { bridge, expected } of removed)
        await runOn(host, ['ovs-ofctl', '--strict', 'del-flows', bridge, expected.replace(/,actions=.*$/, '')])

      const broken = await flows(name)
      expect([broken.verdict, broken.code]).toEqual(['differ', 1])
      const missing = broken.hosts.find((each) => each.host === host)?.differences ?? []
      expect(new Set(missing.map(({ bridge, expected }) => `${bridge} ${expected}`))).toEqual(
        new Set(removed.map(({ bridge, expected }) => `${bridge} ${expected}`)),
      )

      for (const { command } of missing) {
        const typed = await runOn(host, command)
        expect(typed.code, typed.stderr).toBe(0)
      }
      expect(await Promise.all(bridges.map((bridge) => dumpOf(host, bridge)))).toEqual(before)
      expect((await flows(name)).verdict).toBe('as expected')
    } finally {
      await runOn(host, ['systemctl', 'kill', '-s', 'CONT', UNIT])
    }
    await speak(vm)
    expect((await diagnoseJson(lab, name)).verdict).toBe('healthy')
  }, 200_000)
})

test('what an agent forgets of a port that was plugged in anew between two of its rounds is named, and nothing is broken', async () => {
  const vm = lab.vms.find(({ name }) => name === 'vm1')
  if (!vm) throw new Error('no VM vm1')
  const { host, tap, mac } = vm
  try {
    await runOn(host, ['systemctl', 'kill', '-s', 'STOP', UNIT])
    await runOn(host, ['ovs-vsctl', 'del-port', 'br-int', tap])
    await addPort(vm, tap)
    await runOn(host, ['systemctl', 'kill', '-s', 'CONT', UNIT])
    await labVerb('heal')

    const { differences } = (await flows('vm1')).hosts.find((each) => each.host === host) ?? {}
    expect(differences?.map(({ kind, expected }) => [kind, expected?.replace(/,actions=.*$/, '')])).toEqual([
      ['missing', `table=60,priority=90,dl_vlan=3933,dl_dst=${mac}`],
    ])
    expect(differences?.[0]?.why).toMatch(/distributed router .* nothing else needs it/)
    expect((await diagnoseJson(lab, 'vm1')).verdict).toBe('healthy')
  } finally {
    await restartSwitchAgent(host)
    await labVerb('heal')
  }
}, 200_000)
