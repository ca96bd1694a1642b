import { labFaults } from '../../lab/index.ts'
import { causeFault, diagnose } from '../app.ts'
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
    const { subject } = outcome.diagnosis
    const own = labFaults[fault]
    if (own) return own.steps(labTarget(subject, target))
    const steps = causeFault(fault, subject, {
      facts: outcome.facts,
      ...(target.host === undefined ? {} : { host: target.host }),
    })
    if (!steps)
      throw new UsageError(
        say(
          `no cause or lab fault named ${fault}, or it does not apply to ${target.vm}`,
          `没有名为 ${fault} 的故障，或它不适用于 ${target.vm}`,
        ),
      )
    return steps
  } finally {
    await transport.close()
  }
}

function labTarget({ name, compute = '', port, network, dhcpPorts }: Subject, { host }: Target) {
  const { type, id } = network.segment ?? {}
  const dhcpIp = dhcpPorts[0]?.ips[0]
  return {
    host: host ?? compute,
    vm: name,
    vmHost: compute,
    port: port.id,
    mac: port.mac,
    ip: port.fixedIps[0]?.ip ?? '',
    ...(type === 'vlan' && id !== undefined ? { vlan: id } : {}),
    ...(dhcpIp === undefined ? {} : { dhcpIp }),
  }
}
