import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runOn } from '../../lab/index.ts'
import { proofPage } from './fix-page.ts'
import { configOf, stateOf } from './host-state.ts'
import { whileNeighboursPing } from './neighbours.ts'
import { openRepairs, pages, type Repairs, isWhole, some } from './repairs.ts'
import { diagnoseJson, speak } from './tool.ts'

/** `oldhand fix` on the real lab: break, fix, every VM of the host works; undo, the host is as it was. */

interface Case {
  readonly fault: string
  /** Where the fault goes by another name. */
  readonly cause?: string
  /** `vm1` on a VLAN, `vm5` on VXLAN, `vm7` with iptables_hybrid. */
  readonly vm?: string
  /** Where it is broken, if not where the VM is. */
  readonly on?: string
  readonly risk: 'none' | 'port' | 'service' | 'host'
  readonly more?: readonly string[]
  /** What a person does before the repair: the lab's fault keeps the agent from it. */
  readonly before?: { readonly on: string; readonly run: readonly string[] }
}

const rows: string[] = []
let r: Repairs
beforeAll(async () => {
  r = await openRepairs()
  await speak(r.vm('vm1'))
}, 300_000)
afterAll(async () => {
  await r.close()
  if (pages) writeFileSync(join(pages, 'fix-proof.md'), proofPage(rows))
}, 300_000)

/** Repairs while the neighbours ping, and sees every VM of the host served. Returns what was repaired, the deepest first. */
async function repaired(
  { fault, vm: name = 'vm1', risk, more = [] }: Case,
  undone: string,
): Promise<readonly string[]> {
  const vm = r.vm(name)
  const began = performance.now()
  const { result: plan, told } = await whileNeighboursPing(r.lab, vm, () =>
    r.fixed(name, '--prove', '--max-risk', risk, ...more),
  )
  const seconds = (performance.now() - began) / 1000
  const commands = plan.steps.map(({ host, command }) => `\`${host}# ${command.join(' ')}\``)
  const risks = plan.steps.map((step) => step.risk).join(', ')
  const row = [fault, name, commands.join('<br>'), risks, told, plan.result?.outcome, seconds.toFixed(0), undone]
  rows.push(`| ${row.join(' | ')} |`)
  console.log(rows.at(-1), plan.result?.why)
  expect(plan.result, JSON.stringify(plan.steps)).toMatchObject({ outcome: 'fixed' })
  expect(plan.result?.after.causes).toEqual([])
  for (const each of r.lab.vms.filter(({ host }) => host === vm.host)) expect(await speak(each), each.name).toBe(true)
  return plan.causes.map(({ id }) => id)
}

const whileBroken = ({ fault, vm, on }: Case, look: () => Promise<void>) =>
  r.broken(fault, look, vm, ...(on === undefined ? [] : ['--host', on]))

describe('fixed, and taken back to the letter', () => {
  const short: readonly Case[] = [
    { fault: 'dead-vlan-4095', risk: 'none' },
    { fault: 'nic-not-in-provider-bridge', risk: 'host', more: ['--nic', 'eth1'] },
  ]
  const rest: readonly Case[] = [
    { fault: 'brint-inbound-translation-missing', risk: 'none' },
    { fault: 'tap-admin-down', risk: 'none' },
    { fault: 'local-vlan-tag-wrong', risk: 'none' },
    { fault: 'brint-foreign-flow', risk: 'none' },
    { fault: 'provider-outbound-translation-missing', risk: 'none' },
    { fault: 'patch-port-broken', risk: 'none' },
    { fault: 'nic-link-down', risk: 'none' },
    { fault: 'tun-inbound-map-missing', vm: 'vm5', risk: 'none' },
    // Only packets show it, before the repair and after.
    { fault: 'mtu-physical-too-small', risk: 'host' },
    { fault: 'mtu-underlay-nic', cause: 'mtu-underlay-too-small', vm: 'vm5', risk: 'host' },
    { fault: 'stale-flows-cleanup-not-run', risk: 'none', more: ['--likely'] },
  ]
  test.each(some(short, rest))(
    '$fault',
    async (it) => {
      const { vm = 'vm1', on = r.vm(vm).host } = it
      await whileBroken(it, async () => {
        const before = await stateOf(on)
        expect((await repaired(it, 'to the letter'))[0]).toBe(it.cause ?? it.fault)
        const back = await r.undo()
        expect(back.code, back.stdout + back.stderr).toBe(0)
        expect(await stateOf(on)).toBe(before)
      })
    },
    300_000,
  )
})

// An agent that starts while the port is unbound keeps its firewall in the local VLAN of before: where that has changed, it
// takes a second repair.
test('a physical network gets its bridge in the configuration file; taken back, the file is the very same, and the same is wrong', async () => {
  const fault = 'port-binding-failed-physnet-unmapped'
  await r.broken(fault, async () => {
    const before = await configOf('comp1')
    const it: Case = { fault, risk: 'service', more: ['--bridge', 'br0'] }
    expect((await repaired(it, 'file to the letter'))[0]).toBe(fault)
    expect(await configOf('comp1')).toMatch(/openvswitch_agent\.ini\.oldhand-/)
    expect((await r.undo()).code).toBe(0)
    expect(await configOf('comp1')).toBe(before)
    await expect
      .poll(async () => (await diagnoseJson(r.lab, 'vm1')).causes.map((cause) => cause.id), {
        timeout: 60_000,
        interval: 3000,
      })
      .toContain(fault)
  })
}, 300_000)

// What the agent itself has made of it meanwhile stays: flows of remote security groups, once the network was back.
describe('fixed, and taken back: the same is wrong again', () => {
  const short: readonly Case[] = [{ fault: 'dhcp-network-unscheduled', risk: 'none' }]
  const rest: readonly Case[] = [
    { fault: 'port-admin-down', risk: 'none' },
    { fault: 'subnet-dhcp-disabled', risk: 'none' },
    { fault: 'tap-not-in-br-int', risk: 'none' },
    { fault: 'dhcp-namespace-or-port-broken', on: 'net1', risk: 'none' },
  ]
  test.each(some(short, rest))(
    '$fault',
    async (it) => {
      await whileBroken(it, async () => {
        expect((await repaired(it, 'the same is wrong'))[0]).toBe(it.fault)
        expect((await r.undo()).code).toBe(0)
        await expect
          .poll(async () => (await diagnoseJson(r.lab, 'vm1')).causes[0]?.id, { timeout: 30_000, interval: 2000 })
          .toBe(it.fault)
      })
    },
    300_000,
  )
})

describe('fixed by a service that is started, or does its work anew', () => {
  const short: readonly Case[] = [{ fault: 'ovs-agent-down', risk: 'service' }]
  const rest: readonly Case[] = [
    { fault: 'dhcp-agent-down', on: 'net1', risk: 'service' },
    { fault: 'vswitchd-down', risk: 'host' },
    { fault: 'ovs-restart-agent-not-recovered', risk: 'service' },
    { fault: 'brint-inbound-translation-missing', risk: 'service' },
    { fault: 'brint-default-flows-missing', risk: 'service' },
    { fault: 'provider-bridge-flows-wiped', risk: 'service' },
    { fault: 'provider-translation-wrong-seg', risk: 'service' },
    // No more than likely for the first minute of an agent's life, and the case before has restarted it.
    { fault: 'ovsfw-port-flows-missing', risk: 'service', more: ['--likely'] },
    { fault: 'ovsfw-port-flows-missing', risk: 'port', more: ['--likely'] },
    { fault: 'hybrid-iptables-chains-missing', vm: 'vm7', risk: 'service' },
    // Likely alone for an agent's first minute as well.
    { fault: 'tunnel-port-missing', vm: 'vm5', risk: 'service', more: ['--likely'] },
    { fault: 'flood-flow-missing', vm: 'vm5', risk: 'service' },
    { fault: 'dhcp-port-dead-or-unbound', on: 'net1', risk: 'service' },
    { fault: 'dnsmasq-host-entry-missing', on: 'net1', risk: 'service' },
    { fault: 'dhcp-namespace-or-port-broken', on: 'net1', risk: 'service', more: ['--use', '3'] },
    {
      fault: 'dnsmasq-not-running',
      on: 'net1',
      risk: 'service',
      before: { on: 'net1', run: ['chmod', 'a+x', '/usr/sbin/dnsmasq'] },
    },
    { fault: 'stale-ports-namespaces-after-reboot', on: 'net1', risk: 'service' },
    { fault: 'fail-mode-or-loop', risk: 'service' },
    { fault: 'of-controller-disconnected', risk: 'service', more: ['--likely'] },
    { fault: 'port-binding-failed-agent-dead', risk: 'service' },
  ]
  test.each(some(short, rest))(
    '$fault, up to $risk',
    async (it) => {
      await whileBroken(it, async () => {
        if (it.before) await runOn(it.before.on, it.before.run)
        expect((await repaired(it, 'nothing to take back, or stopped'))[0]).toBe(it.fault)
        expect((await r.undo()).code).toBe(0)
      })
    },
    400_000,
  )
})

// The VM was about to be plugged when the database died: what it lacked meanwhile is a repair of its own.
test.runIf(isWhole)(
  'ovsdb-unreachable, and then what could not be plugged',
  async () => {
    const fault = 'ovsdb-unreachable'
    await r.broken(fault, async () => {
      expect((await r.fixed('vm1', '--max-risk', 'service')).result).toMatchObject({ outcome: 'fixed' })
      await repaired({ fault, risk: 'none' }, '-')
    })
  },
  300_000,
)
