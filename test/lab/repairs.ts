import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type Lab, openLab, runOn, type Vm } from '../../lab/index.ts'
import { fixPlanSchema } from '../../src/report/repair/schema.ts'
import { repairSudoers } from '../../src/repairing.ts'
import { exec, lab as labVerb, oldhand, pingFromDhcpNamespaces, program, speak } from './tool.ts'

/** What the lab's tests of `oldhand fix` and `oldhand undo` share. */

/** The whole table takes as long as all the rest (`npm run proof:fix`); else one of each kind is repaired. */
export const pages = process.env.OLDHAND_FIX_FOLDER
export const isWhole = pages !== undefined
export const some = <T>(short: readonly T[], rest: readonly T[]): readonly T[] =>
  isWhole ? [...short, ...rest] : short

const hosts = ['net1', 'comp1', 'comp3']
const privilege = '/etc/sudoers.d/oldhand-repair'

export async function mayRepair(): Promise<void> {
  const write = ['sh', '-c', 'umask 337; printf %s "$1" > "$0"', privilege, repairSudoers('oldhand')]
  for (const host of hosts) await runOn(host, write)
}
export async function mayNotRepair(): Promise<void> {
  for (const host of hosts) await runOn(host, ['rm', '-f', privilege])
}

export type Repairs = Awaited<ReturnType<typeof openRepairs>>

/** A healed lab whose hosts may be repaired, and a journal of its own. */
export async function openRepairs() {
  const lab = await openLab()
  await labVerb('heal')
  await pingFromDhcpNamespaces(lab)
  await mayRepair()
  const folder = mkdtempSync(join(tmpdir(), 'oldhand-fix-'))
  const journal = join(folder, 'repairs.jsonl')
  const reach = ['--os-cloud', lab.clouds.password, '--ssh-config', lab.sshConfig, '--journal', journal]
  const fix = (...args: readonly string[]) => oldhand(lab, ['fix', ...args, '--yes', ...reach])
  return {
    lab,
    journal,
    reach,
    fix,
    undo: () => oldhand(lab, ['undo', '--yes', ...reach]),
    vm: (name: string) => vmOf(lab, name),
    broken: (fault: string, look: () => Promise<void>, vm = 'vm1', ...on: readonly string[]) =>
      broken(vmOf(lab, vm), fault, on, look),
    /** What a repair made of it, as a program reads it. */
    async fixed(vm: string, ...args: readonly string[]) {
      const ran = await fix(vm, '--json', ...args)
      return fixPlanSchema.parse(JSON.parse(ran.stdout || `"${ran.stderr}"`))
    },
    /** Whether the journal is whole, and how the last repair in it has ended. */
    async journalled() {
      const { stdout } = await exec(process.execPath, [program, 'journal', '--journal', journal, '--json'])
      const { whole, entries } = JSON.parse(stdout) as Journalled
      return { whole, ended: entries.at(-1)?.outcome }
    },
    async close() {
      await mayNotRepair()
      await labVerb('heal')
      rmSync(folder, { recursive: true })
    },
  }
}

interface Journalled {
  readonly whole: boolean
  readonly entries: readonly { readonly outcome?: string }[]
}

const vmOf = (lab: Lab, name: string): Vm => lab.vms.find((vm) => vm.name === name) ?? expect.fail(`no ${name}`)

/** `on`: `--host HOST`, where it is not the VM's own host that is broken. */
async function broken(vm: Vm, fault: string, on: readonly string[], look: () => Promise<void>): Promise<void> {
  try {
    await labVerb('break', fault, '--vm', vm.name, ...on)
    await speak(vm)
    await look()
  } finally {
    await labVerb('heal')
  }
}
