import { beforeAll, describe, expect, test } from 'vitest'
import { type Lab, openLab } from '../../lab/index.ts'
import type { Scope } from '../../src/core/cause.ts'
import type { DiagnosisJson } from '../../src/report/json.ts'
import { diagnoseJson, lab as labVerb, oldhand, pingFromDhcpNamespaces, speak } from './tool.ts'

/** Faults of each scope, brought about on the real lab: the matrix has to isolate the right one. */

interface Case {
  readonly fault: string
  readonly host?: string
  readonly scope: Scope
  readonly broken: readonly string[]
  /** With the hybrid firewall nobody counts what the guest asks for. */
  readonly unknown?: readonly string[]
  /** A MAC table needs more than one moment to tell then from now. */
  readonly asks?: number
  /** Also with `--prove`: as whom packets are lost, beside the VM. */
  readonly lost?: readonly string[]
}
const VM = 'vm1'
/** Every VM that vm1 (net3933 on comp1) is compared with. */
const others = ['vm2', 'vm3', 'vm4', 'vm7']
const hosts = ['net1', 'comp1', 'comp2', 'comp3']
const cases: readonly Case[] = [
  { fault: 'tap-admin-down', scope: 'port', broken: [] },
  { fault: 'switch-trunk-missing-vlan', scope: 'network on host', broken: [], asks: 7 },
  { fault: 'nic-link-down', scope: 'host', broken: ['vm3'] },
  { fault: 'subnet-dhcp-disabled', scope: 'network', broken: ['vm2'], unknown: ['vm7'] },
  { fault: 'dnsmasq-not-running', scope: 'network', broken: ['vm2', 'vm7'], lost: ['vm2', 'vm7'] },
  { fault: 'nic-link-down', host: 'net1', scope: 'everything', broken: others },
]
const chosen = process.env.OLDHAND_PROOF?.split(',')
const recordTo = process.env.OLDHAND_RECORD

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
  await pingFromDhcpNamespaces(lab)
})

test('healthy: every VM that is compared works, and nothing is isolated', async () => {
  await speakAll()
  const d = await diagnoseJson(lab, VM, '--compare')
  if (recordTo) await record('healthy')
  expect(d.verdict).toBe('healthy')
  expect(statuses(d.comparison)).toEqual(Object.fromEntries([VM, ...others].map((vm) => [vm, 'works'])))
  expect([d.comparison?.isolates, d.comparison?.contradictions]).toEqual([null, []])
}, 120_000)

describe.sequential.each(cases.filter((c) => !chosen || chosen.includes(c.fault)))('$fault $host', (c) => {
  test(`isolates: ${c.scope}`, async () => {
    try {
      await labVerb('break', c.fault, '--vm', VM, ...(c.host ? ['--host', c.host] : []))
      for (let i = 0; i < (c.asks ?? 1); i++) await speakAll()
      const { comparison, causes, tookMs } = await diagnoseJson(lab, VM, '--compare')
      if (recordTo) await record(c.fault)
      console.log(`${c.fault}: ${tookMs} ms`)
      expect(causes[0]?.id).toBe(c.fault)
      const status = (vm: string) =>
        vm === VM || c.broken.includes(vm) ? 'broken' : c.unknown?.includes(vm) ? 'unknown' : 'works'
      expect(statuses(comparison)).toEqual(Object.fromEntries([VM, ...others].map((vm) => [vm, status(vm)])))
      expect(comparison?.isolates?.scope, JSON.stringify(comparison, null, 1)).toBe(c.scope)
      expect(comparison?.contradictions).toEqual([])
      if (c.lost) await prove(c.scope, c.lost, c.fault)
    } finally {
      await labVerb('heal')
    }
  }, 300_000)
})

const statuses = (comparison: DiagnosisJson['comparison']) =>
  Object.fromEntries((comparison?.cells ?? []).map(({ vm, status }) => [vm, status]))

/** As the VMs of a real cloud do all day. */
async function speakAll(): Promise<void> {
  await Promise.all(lab.vms.filter((vm) => [VM, ...others].includes(vm.name)).map(speak))
}

/** What packets say of each, sent as all at one time; and nothing is left of them. */
async function prove(scope: Scope, lost: readonly string[], name: string): Promise<void> {
  const { comparison, tookMs } = await diagnoseJson(lab, VM, '--prove', '--compare', '--yes')
  console.log(`${name}, proven: ${tookMs} ms`)
  const proven = Object.fromEntries((comparison?.cells ?? []).slice(1).map((c) => [c.vm, c.proven?.is]))
  expect(proven).toEqual(Object.fromEntries(others.map((vm) => [vm, lost.includes(vm) ? 'lost' : 'works'])))
  expect(comparison?.isolates?.scope, JSON.stringify(comparison, null, 1)).toBe(scope)
  expect(comparison?.contradictions).toEqual([])
  if (recordTo) await record(`proven-${name}`, '--prove', '--yes')
  const swept = await oldhand(lab, [
    'sweep',
    ...hosts,
    '--os-cloud',
    lab.clouds.password,
    '--ssh-config',
    lab.sshConfig,
  ])
  expect([swept.code, swept.stdout.match(/nothing is left/g)?.length]).toEqual([0, hosts.length])
}

async function record(name: string, ...more: readonly string[]): Promise<void> {
  const access = ['--os-cloud', lab.clouds.password, '--ssh-config', lab.sshConfig]
  const ran = await oldhand(lab, ['record', VM, '--compare', ...more, '-o', `${recordTo}/${name}.oldhand`, ...access])
  expect(ran.code, ran.stderr).toBe(0)
}
