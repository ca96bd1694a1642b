import { readFile } from 'node:fs/promises'
import type { Secrets } from './config/secrets.ts'
import { LabError } from './failure.ts'
import type { Vm } from './guests.ts'
import { type Host, hosts, opsNetns, paths, stateDir } from './names.ts'
import { say } from './say.ts'

/** A running lab: what a person or a test needs to use it. */
export interface Lab {
  readonly since: string
  readonly stateDir: string
  /** The namespace that the tool runs in; all hosts are reached from it. */
  readonly opsNetns: string
  readonly cloudsFile: string
  readonly clouds: { readonly password: string; readonly appCredential: string }
  readonly sshConfig: string
  readonly hosts: readonly Host[]
  readonly vms: readonly Vm[]
}

export interface SavedLab extends Lab {
  readonly secrets: Secrets
}

export function describeLab(vms: readonly Vm[]): Lab {
  return {
    since: new Date().toISOString(),
    stateDir,
    opsNetns,
    cloudsFile: paths.clouds,
    clouds: { password: 'lab', appCredential: 'lab-appcred' },
    sshConfig: paths.sshConfig,
    hosts,
    vms,
  }
}

export async function findLab(): Promise<SavedLab | undefined> {
  const text = await readFile(paths.lab, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : (JSON.parse(text) as SavedLab)
}

export async function savedLab(): Promise<SavedLab> {
  const lab = await findLab()
  if (lab) return lab
  throw new LabError(
    say('no lab is running; start one with `oldhand lab up`', '实验环境未运行,请先执行 `oldhand lab up`'),
  )
}

export async function openLab(): Promise<Lab> {
  const { secrets: _, ...lab } = await savedLab()
  return lab
}
