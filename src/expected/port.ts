import { type Say, say } from '../core/lang.ts'
import { derived, fact, type Parsed, problem } from '../core/probe.ts'
import { type ApiPort, apiPort } from '../probes/api/port.ts'
import { firewall } from '../probes/wiring/firewall.ts'
import { localVlan } from '../probes/wiring/local-vlan.ts'
import { attachedVif } from '../probes/wiring/vif.ts'
import { filteredForms, trustedForms } from './port-firewall.ts'
import { spoofingForms } from './port-spoofing.ts'
import { nextTable } from './pipeline.ts'
import { agentRelease } from './release.ts'
import type { Form, Row } from './row.ts'

/** What every form of a port is made of. */
export interface PortFacts {
  readonly ofport: number
  readonly local: number
  readonly mac: string
  /** MAC and IP (or CIDR) with which the VM may send: its own, and the allowed address pairs. */
  readonly pairs: readonly { readonly mac: string; readonly ip: string }[]
  /** VLAN ID on the wire, or no tag; absent on a tunnelled network. */
  readonly wire?: number | 'untagged'
}

/** What the agent writes for the VM's own port. */
export const portRows = derived({
  id: 'expected-port',
  needs: { vif: attachedVif, local: localVlan, port: apiPort, firewall, next: nextTable, release: agentRelease },
  derive({ vif, local, port, firewall: { kind }, next, release }, { subject }): Parsed<readonly Row[]> {
    if (!port.adminUp)
      return problem(
        'the port is administratively down: the agent writes nothing for it',
        '端口被管理员关闭，agent 不会为它下发流表',
      )
    if (kind === 'not known') return problem('the firewall driver is not known', '不知道防火墙驱动')
    const { ofport } = vif.iface
    if (ofport === undefined) return problem(`${vif.iface.name} has no ofport`, `${vif.iface.name} 没有 ofport`)
    const { segment } = subject.network
    const wire = segment?.type === 'flat' ? ('untagged' as const) : segment?.type === 'vlan' ? segment.id : undefined
    const facts: PortFacts = {
      ofport,
      local: local.id,
      mac: subject.port.mac,
      pairs: pairsOf(port, subject.port),
      ...(wire === undefined ? {} : { wire }),
    }
    const secured = port.portSecurity !== false
    const shapes =
      kind === 'flows'
        ? secured
          ? filteredForms(facts, release)
          : trustedForms(facts)
        : secured
          ? spoofingForms(facts, release, next)
          : []
    return fact(shapes.map((shape) => ({ bridge: vif.integration, why: whyOf(shape.form), ...shape })))
  },
})

const pairsOf = (
  { allowedPairs }: ApiPort,
  { mac, fixedIps }: { readonly mac: string; readonly fixedIps: readonly { readonly ip: string }[] },
) => [
  ...fixedIps.map(({ ip }) => ({ mac, ip })),
  ...allowedPairs.map((pair) => ({ mac: pair.mac ?? mac, ip: pair.ip })),
]

function whyOf({ table }: Form): Say {
  if (table >= 81 || table === 73) return say('It lets in what is for the VM.', '它放行发给虚拟机的报文。')
  if (table === 60) return say("It hands the VM's packets to the firewall.", '它把虚拟机的报文交给防火墙表。')
  return say('It lets out what the VM sends with its own addresses.', '它放行虚拟机以自己的地址发出的报文。')
}
