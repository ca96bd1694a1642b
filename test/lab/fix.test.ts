import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, openLab, runOn } from '../../lab/index.ts'
import { fixPlanSchema } from '../../src/report/repair/schema.ts'
import { repairSudoers } from '../../src/repairing.ts'
import { proofPage } from './fix-page.ts'
import { configOf, stateOf } from './host-state.ts'
import { whileNeighboursPing } from './neighbours.ts'
import { diagnoseJson, exec, lab as labVerb, oldhand, pingFromDhcpNamespaces, program, speak } from './tool.ts'

/** `oldhand fix` on the real lab: break, fix, the VM works; undo, the host is as it was. Also when Oldhand is killed. */

/** The whole table takes as long as all the rest (`npm run proof:fix`); else one of each kind is repaired. */
const isWhole = process.env.OLDHAND_FIX_FILE !== undefined
const some = <T>(short: readonly T[], rest: readonly T[]): readonly T[] => (isWhole ? [...short, ...rest] : short)
const rows: string[] = []

let lab: Lab
const folder = mkdtempSync(join(tmpdir(), 'oldhand-fix-'))
const journal = join(folder, 'repairs.jsonl')
const hosts = ['net1', 'comp1']
const privilege = '/etc/sudoers.d/oldhand-repair'

const reach = () => ['--os-cloud', lab.clouds.password, '--ssh-config', lab.sshConfig, '--journal', journal]
const fix = (...args: readonly string[]) => oldhand(lab, ['fix', ...args, '--yes', ...reach()])
const undo = () => oldhand(lab, ['undo', '--yes', ...reach()])
const fixed = async (...args: readonly string[]) => {
  const ran = await fix('vm1', '--json', ...args)
  return fixPlanSchema.parse(JSON.parse(ran.stdout || `"${ran.stderr}"`))
}
const vm1 = () => lab.vms.find((vm) => vm.name === 'vm1') ?? expect.fail('no vm1')

async function mayRepair(): Promise<void> {
  const write = ['sh', '-c', 'umask 337; printf %s "$1" > "$0"', privilege, repairSudoers('oldhand')]
  for (const host of hosts) await runOn(host, write)
}
async function mayNotRepair(): Promise<void> {
  for (const host of hosts) await runOn(host, ['rm', '-f', privilege])
}
beforeAll(async () => {
  lab = await openLab()
  await labVerb('heal')
  await pingFromDhcpNamespaces(lab)
  await speak(vm1())
  await mayRepair()
}, 300_000)
afterAll(async () => {
  await mayNotRepair()
  await labVerb('heal')
  rmSync(folder, { recursive: true })
  if (process.env.OLDHAND_FIX_FILE) writeFileSync(process.env.OLDHAND_FIX_FILE, proofPage(rows))
}, 300_000)

async function broken(fault: string, look: () => Promise<void>): Promise<void> {
  try {
    await labVerb('break', fault, '--vm', 'vm1')
    await speak(vm1())
    await look()
  } finally {
    await labVerb('heal')
  }
}

/** Breaks, repairs while the neighbours ping, and sees every VM of the host served. */
async function repaired(fault: string, ...more: readonly string[]) {
  const began = performance.now()
  const { result: plan, told } = await whileNeighboursPing(lab, vm1(), () => fixed('--prove', ...more))
  const seconds = (performance.now() - began) / 1000
  const commands = plan.steps.map(({ host, command }) => `\`${host}# ${command.join(' ')}\``)
  const row = [fault, commands.join('<br>'), plan.steps.map(({ risk }) => risk).join(', '), told, plan.result?.outcome]
  rows.push(`| ${row.join(' | ')} | ${seconds.toFixed(0)} |`)
  console.log(rows.at(-1), plan.result?.why)
  expect(plan.result, JSON.stringify(plan.steps)).toMatchObject({ outcome: 'fixed' })
  expect(plan.result?.after.causes).toEqual([])
  for (const vm of lab.vms.filter((each) => each.host === vm1().host)) expect(await speak(vm), vm.name).toBe(true)
}

describe('fixed, and taken back to the letter', () => {
  test.each(
    some(
      [
        ['dead-vlan-4095', 'none'],
        ['nic-not-in-provider-bridge', 'host', '--nic', 'eth1'],
      ],
      [
        ['brint-inbound-translation-missing', 'none'],
        ['tap-admin-down', 'none'],
        ['local-vlan-tag-wrong', 'none'],
        ['brint-foreign-flow', 'none'],
        ['provider-outbound-translation-missing', 'none'],
        ['patch-port-broken', 'none'],
      ],
    ),
  )(
    '%s',
    async (fault, risk, ...more) => {
      await broken(fault, async () => {
        const before = await stateOf('comp1')
        await repaired(fault, '--max-risk', risk, ...more)
        const back = await undo()
        expect([back.code, back.stderr]).toEqual([0, expect.any(String)])
        expect(await stateOf('comp1')).toBe(before)
      })
    },
    240_000,
  )
})

// What the agent itself has made of it meanwhile stays: flows of remote security groups, once the network was back.
describe('fixed over the API or by plugging the tap, and taken back: the same is wrong again', () => {
  test.each(some(['dhcp-network-unscheduled'], ['port-admin-down', 'subnet-dhcp-disabled', 'tap-not-in-br-int']))(
    '%s',
    async (fault) => {
      await broken(fault, async () => {
        await repaired(fault, '--max-risk', 'none')
        expect((await undo()).code).toBe(0)
        await expect
          .poll(async () => (await diagnoseJson(lab, 'vm1')).causes[0]?.id, { timeout: 30_000, interval: 2000 })
          .toBe(fault)
      })
    },
    300_000,
  )
})

test('a physical network gets its bridge in the configuration file; taken back, the file is the very same, and the same is wrong', async () => {
  const id = 'port-binding-failed-physnet-unmapped'
  await broken(id, async () => {
    const before = await configOf('comp1')
    await repaired(id, '--max-risk', 'service', '--bridge', 'br0')
    expect(await configOf('comp1')).toMatch(/openvswitch_agent\.ini\.oldhand-/)
    expect((await undo()).code).toBe(0)
    expect(await configOf('comp1')).toBe(before)
    await expect
      .poll(async () => (await diagnoseJson(lab, 'vm1')).causes.map((cause) => cause.id), {
        timeout: 60_000,
        interval: 3000,
      })
      .toContain(id)
  })
}, 300_000)

describe('fixed by the agent itself', () => {
  test.each(
    some(
      [['ovs-agent-down']],
      [
        ['dhcp-agent-down'],
        ['brint-inbound-translation-missing'],
        ['fail-mode-or-loop'],
        ['of-controller-disconnected', '--likely'],
        ['port-binding-failed-agent-dead'],
      ],
    ),
  )(
    '%s',
    async (fault, ...more) => {
      await broken(fault, async () => {
        await repaired(fault, '--max-risk', 'service', ...more)
        expect((await undo()).code).toBe(0)
      })
    },
    300_000,
  )
})

// The VM was about to be plugged when the database died: what it lacked meanwhile is a repair of its own.
test.runIf(isWhole)(
  'ovsdb-unreachable, and then what could not be plugged',
  async () => {
    await broken('ovsdb-unreachable', async () => {
      expect((await fixed('--max-risk', 'service')).result).toMatchObject({ outcome: 'fixed' })
      await repaired('ovsdb-unreachable', '--max-risk', 'none')
    })
  },
  300_000,
)

test.runIf(isWhole)(
  'what does not help is said, and taken back: dnsmasq that the agent cannot start',
  async () => {
    await broken('dnsmasq-not-running', async () => {
      const { result } = await fixed('--max-risk', 'service')
      expect(result).toMatchObject({ outcome: 'undone', why: expect.stringContaining('dnsmasq-not-running') })
    })
  },
  400_000,
)

test('who may only read cannot repair, and nothing is changed', async () => {
  await mayNotRepair()
  try {
    await broken('brint-inbound-translation-missing', async () => {
      const before = await stateOf('comp1')
      const { result } = await fixed('--max-risk', 'none')
      expect(result).toMatchObject({ outcome: 'stopped', why: expect.stringMatching(/denied.*sudoers --repair/) })
      expect(await stateOf('comp1')).toBe(before)
    })
  } finally {
    await mayRepair()
  }
}, 240_000)

test('without a terminal and without --yes nothing runs', async () => {
  const ran = await oldhand(lab, ['fix', 'vm1', ...reach()])
  expect([ran.code, ran.stdout]).toEqual([2, ''])
  expect(ran.stderr).toMatch(/--max-risk/)
})

/** Runs a fix, and does something to it after a while; ended, uncatchably, where that does not end it. */
async function disturbed(ms: number, disturb: (kill: () => void) => Promise<void>): Promise<void> {
  const args = ['fix', 'vm1', '--yes', '--max-risk', 'none', ...reach()]
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: lab.cloudsFile, LC_ALL: 'C.UTF-8' }
  const child = spawn('ip', ['netns', 'exec', lab.opsNetns, process.execPath, program, ...args], {
    env,
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  await sleep(ms)
  await disturb(() => child.kill('SIGKILL'))
  await ended
}
const killed = async (kill: () => void) => kill()
/** Every sshd of the host stands still, with what is on its way to it; it goes on when Oldhand is dead. */
async function silenced(kill: () => void): Promise<void> {
  await runOn('comp1', ['pkill', '-STOP', '-x', 'sshd'])
  try {
    await sleep(3000 + Math.random() * 3000)
    kill()
  } finally {
    await runOn('comp1', ['pkill', '-CONT', '-x', 'sshd'])
  }
}

describe('killed, or cut off from the host, at a random moment', () => {
  const times = Number(process.env.OLDHAND_KILLS ?? 4)
  test('the repair ends fully fixed or fully undone, the journal whole, nothing left', async () => {
    await broken('brint-inbound-translation-missing', async () => {
      const before = await stateOf('comp1')
      for (let i = 0; i < times; i++) {
        const ms = 2000 + Math.random() * 6000
        const [name, disturb] = i % 2 === 0 ? (['killed', killed] as const) : (['silenced', silenced] as const)
        await disturbed(ms, disturb)
        const isResumed = i % 4 < 2
        const ran = isResumed ? await fix('--resume', '--max-risk', 'none') : await undo()
        const story = `${i}: ${name} after ${ms.toFixed(0)} ms, ${isResumed ? 'resumed' : 'undone'}: ${ran.stdout}${ran.stderr}`
        console.log(story)
        const isFixed = /^FIXED/m.test(ran.stdout)
        expect((await stateOf('comp1')) === before, story).toBe(!isFixed)
        if (isFixed) {
          expect((await undo()).code, story).toBe(0)
          expect(await stateOf('comp1'), story).toBe(before)
        }
        const kept = await exec(process.execPath, [program, 'journal', '--journal', journal, '--json'])
        expect(JSON.parse(kept.stdout), story).toMatchObject({ whole: true })
      }
      // Nothing that was on its way arrives afterwards.
      expect(await stateOf('comp1')).toBe(before)
    })
  }, 3_600_000)
})
