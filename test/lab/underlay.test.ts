import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, openLab } from '../../lab/index.ts'
import type { DiagnosisJson } from '../../src/report/json.ts'
import { diagnosisSchema } from '../../src/report/schema.ts'
import { lab as labVerb, oldhand } from './tool.ts'

/** What `--prove` shows of the network under the tunnels, and of full-size packets on a VLAN, kept as recordings and told again from them. */

const VM = 'vm5'
const folder = mkdtempSync(join(tmpdir(), 'oldhand-underlay-'))
let lab: Lab
const reach = () => ['--os-cloud', lab.clouds.password, '--ssh-config', lab.sshConfig]

beforeAll(async () => {
  lab = await openLab()
  await labVerb('heal')
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await labVerb('heal')
})

async function proven(
  name: string,
  { vm = VM, keep = true } = {},
): Promise<DiagnosisJson & { readonly seconds: number }> {
  const folderOf = keep ? (process.env.OLDHAND_RECORD ?? folder) : folder
  const file = join(folderOf, `${name}.oldhand`)
  const ran = await oldhand(lab, ['record', vm, '--prove', '--yes', '-o', file, ...reach()])
  if (ran.code !== 0) throw new Error(`record: ${ran.stderr}`)
  const told = await oldhand(lab, ['diagnose', '--bundle', file, '--json'])
  return { ...(JSON.parse(told.stdout) as DiagnosisJson), seconds: ran.seconds }
}

/** Where a small ping was lost by chance, nothing is said of large ones: then it is proven once more. */
async function provenOfAllSmall(...asked: Parameters<typeof proven>): ReturnType<typeof proven> {
  let d = await proven(...asked)
  for (let more = 2; more > 0 && !smallAnswered(d); more--) d = await proven(...asked)
  return d
}
const smallAnswered = ({ experiments }: DiagnosisJson) =>
  experiments
    .flatMap((e) => (e.id === 'from-the-dhcp-namespace' ? e.hosts : []))
    .flatMap(({ reached }) => reached.flatMap(({ is, pings }) => (is === 'VM' ? [pings] : [])))
    .every((pings) => 'received' in pings && pings.received === pings.sent)

const waysOf = (d: DiagnosisJson) => d.experiments.flatMap((e) => (e.id === 'underlay' ? e.ways : []))

test('of a healthy VM everything passes, both ways, as large as its network needs', async () => {
  const { seconds: _, ...d } = await proven('healthy-vxlan-proven')
  expect(diagnosisSchema.safeParse(d).error).toBeUndefined()
  expect([d.verdict, d.causes, d.warnings]).toEqual(['healthy', [], []])
  expect(waysOf(d)).toMatchObject([
    { host: 'comp1', peer: 'net1', small: { received: 3 }, full: { received: 3, size: 1500 } },
    { host: 'net1', peer: 'comp1', small: { received: 3 }, full: { received: 3, size: 1500 } },
  ])
})

test('the plan tells of every ping before it is sent', async () => {
  const { stdout } = await oldhand(lab, ['diagnose', VM, ...reach(), '--prove', '--dry-run'])
  expect(stdout).toMatch(/from comp1: 3 pings \S+ > \S+, and 3 of 1500 bytes/)
  expect(stdout).toMatch(/from net1: 3 pings/)
})

test('where the tunnels are not used, nothing is sent of it', async () => {
  const { stdout } = await oldhand(lab, ['diagnose', 'vm1', ...reach(), '--prove', '--dry-run', '--json'])
  const ids = (JSON.parse(stdout) as { experiments: { id: string }[] }).experiments.map((e) => e.id)
  expect(ids).not.toContain('underlay')
})

interface Case {
  readonly fault: string
  /** The cause, where the fault goes by another name. */
  readonly id?: string
  readonly vm?: string
  readonly says: RegExp
}
describe.sequential.each<Case>([
  {
    fault: 'mtu-underlay-too-small',
    says: /Between comp1 and net1 small pings pass and pings of 1500 bytes do not; .* MTU 1450/,
  },
  { fault: 'mtu-underlay-nic', id: 'mtu-underlay-too-small', says: /eth3 of comp1 has MTU 1400, .* needs 1500/ },
  {
    fault: 'mtu-physical-too-small',
    vm: 'vm1',
    says: /of net1 to comp1 small pings are answered, and none of 1500 bytes, .*: eth1 of comp1 has MTU 1400/,
  },
  { fault: 'vxlan-udp-blocked', says: /3 frames left comp1 inside VXLAN, and none came in on the NIC of net1/ },
  { fault: 'underlay-route-missing', says: /comp1 has no route from \S+ to \S+ \(net1\)/ },
])('$fault', ({ fault, id = fault, vm = VM, says }) => {
  test('is proven, and nothing else is called certain', async () => {
    try {
      await labVerb('break', fault, '--vm', vm)
      const d = await provenOfAllSmall(fault, { vm, keep: id === fault })
      expect(
        d.causes.map((c) => [c.id, c.sureness]),
        JSON.stringify(d.causes, null, 1),
      ).toEqual([[id, 'certain']])
      expect(d.causes[0]?.says).toMatch(says)
      expect(d.verdict).toBe('broken')
    } finally {
      await labVerb('heal')
    }
  }, 200_000)
})
