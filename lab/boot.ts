import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { makeKeys, writeClouds } from './access.ts'
import { startFirstAgents, startOtherAgents } from './agents.ts'
import { cableEverything } from './cables.ts'
import { type Cloud, openCloud } from './cloud.ts'
import { type Access, accessFiles, maskedUnits } from './config/common.ts'
import { controlFiles } from './config/control.ts'
import { switchedFiles } from './config/switched.ts'
import type { Controller } from './controller.ts'
import { must } from './exec.ts'
import { LabError, lastLines, messageOf } from './failure.ts'
import { bootGuests, inactivePorts, pingsGateway, requestLease, type Vm, writeLeaseScript } from './guests.ts'
import { type HostFile, prepareRoot, startMachine, waitForBoot } from './machine.ts'
import { ctl, paths, prefix, stateDir, type SwitchedHost, switchedHosts } from './names.ts'
import { waitForNeutron } from './provision.ts'
import { startSwitch } from './switch.ts'
import { waitFor } from './wait.ts'

export interface BootPlan {
  readonly image: string
  readonly controller: Controller
  readonly sudoers: string
  /** Tells that a stage is done. */
  readonly done: (what: string) => void
}

export async function boot({ image, controller, sudoers, done }: BootPlan): Promise<Vm[]> {
  const { secrets, layer } = controller
  const stage = stages(done)
  await stage('state directory', makeStateDir)
  const access = await stage('keys', () => makeKeys(sudoers))
  await stage('cables', cableEverything)
  const bootSwitched = (host: SwitchedHost): Promise<void> =>
    bootHost(host.name, [image], switchedFiles(host, secrets), maskedUnits(host), access)
  const bootControl = async (): Promise<Cloud> => {
    await bootHost(ctl.name, [layer, image], controlFiles(secrets), maskedUnits(ctl), access)
    await waitForNeutron()
    return waitFor('a token', () => openCloud(secrets.admin), { seconds: 60 })
  }
  const [cloud] = await together([
    stage('ctl: Keystone and Neutron', bootControl, serverLogs),
    stage('physical switch', startSwitch, [`${paths.switchDir}/ovs-vswitchd.log`]),
    ...switchedHosts.map((host) => stage(host.name, () => bootSwitched(host), [paths.console(host.name)])),
  ])
  await stage('first Open vSwitch agents', () => startFirstAgents(cloud), switchLogs)
  await stage('all agents', () => startOtherAgents(cloud), [...networkLogs, ...switchLogs])
  const vms = await stage('VMs plugged in', () => bootGuests(cloud), serverLogs)
  await stage('ports active', () => portsActive(cloud), switchLogs)
  const leases = (): Promise<unknown> => together(vms.map(firstLease))
  await stage('every VM has a lease and reaches its gateway', leases, [...networkLogs, ...switchLogs])
  await writeClouds(controller)
  return vms
}

/** Waits for all even when one fails: what still runs would get into the way of the cleaning up. */
async function together<T extends readonly Promise<unknown>[]>(
  work: readonly [...T],
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  await Promise.allSettled(work)
  return Promise.all(work)
}

type Stage = <T>(name: string, work: () => Promise<T>, logs?: readonly string[]) => Promise<T>

/** A failure names the stage that it came from, and shows the end of the logs that may tell why. */
function stages(done: (what: string) => void): Stage {
  return async (name, work, logs = []) => {
    try {
      const result = await work()
      done(name)
      return result
    } catch (error) {
      const tails = await Promise.all(logs.map(tailOf))
      throw new LabError([`${name}: ${messageOf(error)}`, ...tails].join('\n'), { cause: error })
    }
  }
}

async function tailOf(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(messageOf)
  return `--- ${log}\n${lastLines(text, 8)}`
}

const logOf = (host: string, program: string): string => `${paths.hostRoot(host)}/var/log/neutron/${program}.log`
const switchLogs = switchedHosts.map(({ name }) => logOf(name, 'neutron-openvswitch-agent'))
const networkLogs = ['neutron-dhcp-agent', 'neutron-l3-agent'].map((program) => logOf('net1', program))
const serverLogs = [paths.console(ctl.name), logOf(ctl.name, 'neutron-server')]

async function makeStateDir(): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o755 })
  await must(['mount', '-t', 'tmpfs', `${prefix}state`, stateDir, '-o', 'size=12g,mode=0755'])
  await writeLeaseScript()
}

async function bootHost(
  name: string,
  layers: readonly string[],
  files: readonly HostFile[],
  masked: readonly string[],
  access: ReadonlyMap<string, Access>,
): Promise<void> {
  const own = access.get(name)
  if (!own) throw new LabError(`no keys for ${name}`)
  const upper = `${paths.hostDir(name)}/upper`
  await prepareRoot({ name, layers, upper, files: [...files, ...accessFiles(own)], masked })
  startMachine(name)
  await waitForBoot(name)
}

async function portsActive(cloud: Cloud): Promise<void> {
  const active = async (): Promise<true | undefined> => {
    const inactive = await inactivePorts(cloud)
    if (inactive.length === 0) return true
    throw new Error(inactive.join(', '))
  }
  await waitFor('ports active', active, { seconds: 60, everyMs: 500 })
}

async function firstLease(vm: Vm): Promise<void> {
  const leased = async (): Promise<true | undefined> => {
    const lease = await requestLease(vm.name, 1)
    if (!lease.ok) throw new Error(lease.detail)
    if (!(await pingsGateway(vm))) throw new Error(`${vm.gateway} does not answer`)
    return true
  }
  await waitFor(`a lease for ${vm.name}`, leased, { seconds: 60 })
}

export async function saveLab(lab: object): Promise<void> {
  await writeFile(paths.lab, JSON.stringify(lab, undefined, 2), { mode: 0o600 })
}
