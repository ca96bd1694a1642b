import { missingAgents } from './agents.ts'
import { openCloud } from './cloud.ts'
import { messageOf } from './failure.ts'
import { inactivePorts } from './guests.ts'
import { readJournal } from './journal.ts'
import { findLab, type SavedLab } from './lab.ts'
import { onMachine } from './machine.ts'
import { hosts } from './names.ts'
import { say } from './say.ts'
import { somethingIsThere } from './teardown.ts'

export type LabStatus =
  | { readonly state: 'absent' }
  /** A boot is under way, or ended half way. */
  | { readonly state: 'incomplete' }
  | {
      readonly state: 'running'
      readonly since: string
      readonly hosts: readonly { readonly name: string; readonly systemd: string }[]
      /** What is not as it should be, by the API's word. */
      readonly troubles: readonly string[]
      /** Faults that were injected and not yet healed. */
      readonly faults: readonly string[]
    }

export async function status(): Promise<LabStatus> {
  const lab = await findLab()
  if (!lab) return { state: (await somethingIsThere()) ? 'incomplete' : 'absent' }
  const entries = await readJournal()
  return {
    state: 'running',
    since: lab.since,
    hosts: await Promise.all(hosts.map(async ({ name }) => ({ name, systemd: await systemdState(name) }))),
    troubles: await troubles(lab),
    faults: [...new Set(entries.map(({ fault }) => fault))],
  }
}

async function systemdState(name: string): Promise<string> {
  try {
    const { stdout } = await onMachine(name, ['systemctl', 'is-system-running'], { timeoutMs: 5000 })
    return stdout.trim() || 'silent'
  } catch (error) {
    return messageOf(error)
  }
}

async function troubles({ secrets }: SavedLab): Promise<string[]> {
  try {
    const cloud = await openCloud(secrets.admin)
    const agents = (await missingAgents(cloud)).map((agent) => say(`not alive: ${agent}`, `不在线:${agent}`))
    const ports = (await inactivePorts(cloud)).map((vm) => say(`port not ACTIVE: ${vm}`, `端口不是 ACTIVE:${vm}`))
    return [...agents, ...ports]
  } catch (error) {
    return [messageOf(error)]
  }
}

export function describeStatus(lab: LabStatus): string {
  if (lab.state === 'absent') return say('no lab on this machine', '本机没有实验环境')
  if (lab.state === 'incomplete') {
    return say(
      'a boot is under way or ended half way (`oldhand lab down` clears it)',
      '启动进行中或中途终止(可用 `oldhand lab down` 清理)',
    )
  }
  const lines = [
    say(`running since ${lab.since}`, `自 ${lab.since} 起运行`),
    ...lab.hosts.map(({ name, systemd }) => `  ${name.padEnd(6)} ${systemd}`),
    ...lab.troubles.map((trouble) => `  ! ${trouble}`),
    ...lab.faults.map((fault) => `  ✗ ${fault}`),
  ]
  return lines.join('\n')
}
