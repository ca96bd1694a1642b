import { setTimeout as sleep } from 'node:timers/promises'
import { missingAgents, requireSettled, restartDhcpAgent, restartSwitchAgent } from './agents.ts'
import { type Cloud, openCloud } from './cloud.ts'
import { LabError, messageOf } from './failure.ts'
import { inactivePorts, pingsGateway, requestLease, type Vm } from './guests.ts'
import { clearJournal, type Entry, readJournal } from './journal.ts'
import { savedLab } from './lab.ts'
import { exclusively } from './lock.ts'
import { onMachine } from './machine.ts'
import { switchedHosts } from './names.ts'
import { runOn } from './places.ts'
import { say } from './say.ts'

export interface HealOptions {
  readonly progress: (line: string) => void
}

const patienceSeconds = 90

/** Takes back all that was recorded, newest first, and does not believe it before every VM has a lease again. */
export function heal({ progress }: HealOptions): Promise<void> {
  return exclusively('heal', async () => {
    const { vms, secrets } = await savedLab()
    const deadline = Date.now() + patienceSeconds * 1000
    const entries = await readJournal()
    const stubborn = await undoAll(entries, progress)
    for (const host of hostsWithSwitchBack(entries)) await restartSwitchAgent(host)
    const cloud = await untilDeadline(deadline, stubborn, () => openCloud(secrets.admin))
    const undone = new Date()
    await untilDeadline(deadline, stubborn, () => checkControl(cloud, undone))
    progress(say('agents alive, ports active, flows in place', '代理在线,端口 ACTIVE,流表就位'))
    await untilDeadline(deadline, stubborn, () => checkVms(vms)).catch(async () => {
      progress(say('no leases: the DHCP agent is restarted', '拿不到租约:重启 DHCP agent'))
      await restartDhcpAgent()
      await untilDeadline(Date.now() + patienceSeconds * 1000, stubborn, () => checkVms(vms))
    })
    await clearJournal()
    progress(say('every VM has a lease and reaches its gateway', '所有虚拟机都获得了租约并能到达网关'))
  })
}

/** Returns what would not be undone: done already, or not possible yet. */
async function undoAll(entries: readonly Entry[], progress: (line: string) => void): Promise<Set<Entry>> {
  const stubborn = new Set<Entry>()
  for (const entry of entries.toReversed()) {
    const { on, undo } = entry.step
    progress(`${entry.fault}: ${on}: ${undo.join(' ')}`)
    if ((await undoOne(entry)) !== undefined) stubborn.add(entry)
  }
  return stubborn
}

function hostsWithSwitchBack(entries: readonly Entry[]): Set<string> {
  const starts = entries.filter(({ step }) =>
    step.undo.some((word) => /^(ovs-vswitchd|openvswitch-switch)\b/.test(word)),
  )
  return new Set(starts.map(({ step }) => step.on))
}

async function undoOne({ step }: Entry): Promise<string | undefined> {
  if (step.undo.length === 0) return undefined
  const { code, stdout, stderr } = await runOn(step.on, step.undo)
  return code === 0 ? undefined : `${step.on}: ${step.undo.join(' ')}: exit ${code}: ${(stderr || stdout).trim()}`
}

/** Tries until it works; an undo that failed is tried again each time, for what it needs may be back by now. */
async function untilDeadline<T>(deadline: number, stubborn: Set<Entry>, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      const refused = await undoAgain(stubborn)
      if (Date.now() > deadline) throw new LabError([messageOf(error), ...refused].join('\n'), { cause: error })
    }
    await sleep(250)
  }
}

async function undoAgain(stubborn: Set<Entry>): Promise<string[]> {
  const refusals: string[] = []
  for (const entry of stubborn) {
    const refusal = await undoOne(entry)
    if (refusal === undefined) stubborn.delete(entry)
    else refusals.push(refusal)
  }
  return refusals
}

/** The hosts first: they are asked without loading Python's processes on a small machine that are still starting. */
async function checkControl(cloud: Cloud, undone: Date): Promise<void> {
  await Promise.all(switchedHosts.map(({ name }) => checkHost(name, undone)))
  const [missing, inactive] = await Promise.all([missingAgents(cloud), inactivePorts(cloud)])
  if (missing.length > 0) throw new LabError(`${say('not alive', '不在线')}: ${missing.join(', ')}`)
  if (inactive.length > 0) throw new LabError(`${say('ports not ACTIVE', '端口不是 ACTIVE')}: ${inactive.join(', ')}`)
}

async function checkHost(host: string, undone: Date): Promise<void> {
  await requireSettled(host, undone)
  const dump = ['ovs-ofctl', 'dump-flows', 'br-int', 'table=60']
  const { code, stdout, stderr } = await onMachine(host, dump, { timeoutMs: 10_000 })
  if (code !== 0) throw new LabError(`${host}: ${stderr.trim()}`)
  if (!stdout.includes('table=60')) throw new LabError(say(`${host}: br-int has no flows`, `${host}:br-int 上没有流表`))
}

async function checkVms(vms: readonly Vm[]): Promise<void> {
  const troubles = (await Promise.all(vms.map(troubleOf))).flat()
  if (troubles.length > 0) throw new LabError(troubles.join('\n'))
}

async function troubleOf(vm: Vm): Promise<string[]> {
  const { ok } = await requestLease(vm.name, 1)
  if (!ok) return [say(`${vm.name} gets no DHCP lease`, `${vm.name} 得不到 DHCP 租约`)]
  if (await pingsGateway(vm)) return []
  return [say(`${vm.name} does not reach its gateway ${vm.gateway}`, `${vm.name} 无法到达网关 ${vm.gateway}`)]
}
