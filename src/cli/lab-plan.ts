import { labFaults } from '../../lab/index.ts'
import { causeFault, diagnose, type Outcome } from '../app.ts'
import { say } from '../core/lang.ts'
import type { Step } from '../core/step.ts'
import type { Subject } from '../core/subject.ts'
import { UsageError } from './errors.ts'
import { openLive } from './reach.ts'

interface Target {
  readonly vm: string
  readonly host?: string
  readonly sshConfig: string
  readonly cloudsFile: string
}

/** The steps that bring a fault about for a VM of the lab, from the facts of a diagnosis. */
export async function planFault(fault: string, target: Target): Promise<readonly Step[]> {
  process.env.OS_CLIENT_CONFIG_FILE = target.cloudsFile
  const transport = openLive({ osCloud: 'lab', sshConfig: target.sshConfig })
  try {
    const outcome = await diagnose({ vm: target.vm }, transport)
    if (outcome.kind !== 'diagnosis')
      throw new UsageError(say(`there is no VM ${target.vm} in the lab`, `实验环境中没有虚拟机 ${target.vm}`))
    return faultSteps(fault, outcome, target.host)
  } finally {
    await transport.close()
  }
}

/** Of the lab's own faults, else of the cause of that name; `host` is the VM's where it is not given. */
export function faultSteps(fault: string, { diagnosis, facts }: Diagnosed, host: string | undefined): readonly Step[] {
  const { subject } = diagnosis
  const own = labFaults[fault]
  if (own) return own.steps(labTarget(subject, host))
  const steps = causeFault(fault, subject, { facts, ...(host === undefined ? {} : { host }) })
  if (steps) return steps
  throw new UsageError(
    say(
      `no cause or lab fault named ${fault}, or it does not apply to ${subject.name}`,
      `没有名为 ${fault} 的故障，或它不适用于 ${subject.name}`,
    ),
  )
}

type Diagnosed = Extract<Outcome, { kind: 'diagnosis' }>

function labTarget({ name, compute = '', port, network, dhcpPorts }: Subject, host: string | undefined) {
  const { type, id } = network.segment ?? {}
  const dhcpIp = dhcpPorts[0]?.ips[0]
  return {
    host: host ?? compute,
    vm: name,
    vmHost: compute,
    port: port.id,
    network: network.id,
    mac: port.mac,
    ip: port.fixedIps[0]?.ip ?? '',
    ...(type === 'vlan' && id !== undefined ? { vlan: id } : {}),
    ...(dhcpIp === undefined ? {} : { dhcpIp }),
  }
}
