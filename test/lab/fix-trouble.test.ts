import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixPlanSchema } from '../../src/report/repair/schema.ts'
import { disturbances, disturbedFix } from './disturb.ts'
import { disturbedPage } from './fix-page.ts'
import { configOf, stateOf } from './host-state.ts'
import { buildLiar } from './planted/build.ts'
import { mayNotRepair, mayRepair, openRepairs, pages, type Repairs, isWhole } from './repairs.ts'
import { diagnoseJson, lab as labVerb, oldhand, speak } from './tool.ts'

/** `oldhand fix` on the real lab where it does not go well: no help, a lie, no rights, killed, cut off. */

const rows: string[] = []
let r: Repairs
beforeAll(async () => {
  r = await openRepairs()
}, 300_000)
afterAll(async () => {
  await r.close()
  if (pages) writeFileSync(join(pages, 'fix-disturbed.md'), disturbedPage(rows))
}, 300_000)

test.runIf(isWhole)(
  'what does not help is said, and taken back: dnsmasq that the agent cannot start',
  async () => {
    await r.broken('dnsmasq-not-running', async () => {
      const { result } = await r.fixed('vm1', '--max-risk', 'service')
      expect(result).toMatchObject({ outcome: 'undone', why: expect.stringContaining('dnsmasq-not-running') })
    })
  },
  400_000,
)

test.runIf(isWhole)(
  'a check that lies, planted: nothing is found wrong any more, the VM is still lost, and the repair takes itself back',
  async () => {
    const liar = await buildLiar()
    await r.broken('switch-port-security', async () => {
      const before = await stateOf('comp1')
      const args = ['fix', 'vm1', '--json', '--prove', '--yes', '--max-risk', 'none', ...r.reach]
      const ran = await oldhand(r.lab, args, liar)
      const { steps, result } = fixPlanSchema.parse(JSON.parse(ran.stdout || `"${ran.stderr}"`))
      expect(steps.map(({ command }) => command.slice(0, 3))).toEqual([['ovs-ofctl', 'add-flow', 'br-int']])
      expect(result).toMatchObject({ outcome: 'undone', why: expect.stringMatching(/did not help.*lost/) })
      expect(await stateOf('comp1')).toBe(before)
      expect(await r.journalled()).toMatchObject({ whole: true })
    })
  },
  300_000,
)

test.runIf(isWhole)(
  'what only a person can do is an instruction with its evidence; what he has done, --resume verifies',
  async () => {
    await r.broken('switch-trunk-missing-vlan', async () => {
      // A MAC table needs more than one moment to tell then from now.
      const sureness = async () => {
        await speak(r.vm('vm1'))
        return (await diagnoseJson(r.lab, 'vm1')).causes[0]?.sureness
      }
      await expect.poll(sureness, { timeout: 90_000, interval: 0 }).toBe('likely')
      const plan = await r.fixed('vm1', '--likely', '--max-risk', 'none')
      expect([plan.steps, plan.instructions.map(({ on }) => on)]).toEqual([[], ['switch']])
      const early = await r.fix('--resume', '--max-risk', 'none')
      expect([early.code, early.stdout]).toEqual([1, expect.stringMatching(/switch-trunk-missing-vlan is still found/)])
      await labVerb('heal')
      await speak(r.vm('vm1'))
      const ran = await r.fix('--resume', '--max-risk', 'none')
      expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/^FIXED/m)])
    })
  },
  400_000,
)

test('what only packets show is planned for with --prove, and verified by packets', async () => {
  await r.broken('rogue-dhcp-server', async () => {
    const found = (each: { readonly causes: readonly { id: string; sureness: string }[] }) =>
      each.causes.map(({ id, sureness }) => [id, sureness])
    expect(found(await r.fixed('vm1', '--max-risk', 'none'))).toEqual([])
    const plan = await r.fixed('vm1', '--prove', '--max-risk', 'none')
    expect([found(plan), plan.steps]).toEqual([[['rogue-dhcp-server', 'certain']], []])
    const early = await r.fix('--resume', '--max-risk', 'none')
    expect([early.code, early.stdout]).toEqual([1, expect.stringMatching(/rogue-dhcp-server is still found/)])
    await labVerb('heal')
    const ran = await r.fix('--resume', '--max-risk', 'none')
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/^FIXED/m)])
  })
}, 240_000)

test('who may only read cannot repair, and nothing is changed', async () => {
  await mayNotRepair()
  try {
    await r.broken('brint-inbound-translation-missing', async () => {
      const before = await stateOf('comp1')
      const { result } = await r.fixed('vm1', '--max-risk', 'none')
      expect(result).toMatchObject({ outcome: 'stopped', why: expect.stringMatching(/denied.*sudoers --repair/) })
      expect(await stateOf('comp1')).toBe(before)
    })
  } finally {
    await mayRepair()
  }
}, 240_000)

test('without a terminal and without --yes nothing runs', async () => {
  const ran = await oldhand(r.lab, ['fix', 'vm1', ...r.reach])
  expect([ran.code, ran.stdout]).toEqual([2, ''])
  expect(ran.stderr).toMatch(/--max-risk/)
})

interface Disturbed {
  readonly fault: string
  readonly args: readonly string[]
  readonly state: () => Promise<string>
  /** Until about when there is something to disturb. Milliseconds. */
  readonly lasts: number
  readonly times: number
  /** How often it is broken for that: what was taken back may not be all that was broken. */
  readonly rounds: number
}
const host = () => stateOf('comp1')
const brief = { args: ['--max-risk', 'none'], state: host, lasts: 6000, rounds: 1 }
const short: readonly Disturbed[] = [{ ...brief, fault: 'brint-inbound-translation-missing', times: 4 }]
const whole: readonly Disturbed[] = [
  { ...brief, fault: 'brint-inbound-translation-missing', times: 14 },
  { ...brief, fault: 'local-vlan-tag-wrong', times: 14 },
  { ...brief, fault: 'tap-admin-down', times: 8 },
  { ...brief, fault: 'nic-not-in-provider-bridge', args: ['--max-risk', 'host', '--nic', 'eth1'], times: 10 },
  {
    fault: 'port-binding-failed-physnet-unmapped',
    args: ['--max-risk', 'service', '--bridge', 'br0'],
    state: () => configOf('comp1'),
    lasts: 12_000,
    times: 1,
    // A port that was bound again stays bound: after a repair that was over too soon there is none to begin.
    rounds: 4,
  },
]

/** Disturbs one repair, ends or undoes it, and sees the host whole: repaired, or as it was `before`. */
async function disturbedOnce({ fault, args, state, lasts }: Disturbed, i: number, before: string): Promise<void> {
  const [name, disturb] = disturbances[i % 2]!
  const ms = await disturbedFix(r, args, lasts, disturb)
  const isResumed = i % 4 < 2
  const ran = isResumed ? await r.fix('--resume', ...args) : await r.undo()
  // It may also have ended by itself just before it was killed, or not have begun its first step.
  const ended = (await r.journalled()).ended ?? 'nothing was done'
  rows.push(`| ${[fault, name, (ms / 1000).toFixed(1), isResumed ? 'fix --resume' : 'undo', ended].join(' | ')} |`)
  const story = `${rows.at(-1)}: ${ran.stdout}${ran.stderr}`
  console.log(story)
  expect((await state()) === before, story).toBe(ended !== 'fixed')
  if (ended === 'fixed') {
    expect((await r.undo()).code, story).toBe(0)
    expect(await state(), story).toBe(before)
  }
  expect(await r.journalled(), story).toMatchObject({ whole: true })
}

describe('killed, or cut off from the host, at a random moment', () => {
  test.each(isWhole ? whole : short)(
    '$fault, $times times: the repair ends fully fixed or fully undone, the journal whole, nothing left',
    async (it) => {
      for (let round = 0; round < it.rounds; round++)
        await r.broken(it.fault, async () => {
          const before = await it.state()
          for (let i = round; i < round + it.times; i++) await disturbedOnce(it, i, before)
          // Nothing that was on its way arrives afterwards.
          expect(await it.state()).toBe(before)
        })
    },
    3_600_000,
  )
})
