import type { SwitchWays, Target } from '../../core/ask-the-switch.ts'
import { type Parsed, problem } from '../../core/probe.ts'
import { allHosts, gatewayOf, type Subject } from '../../core/subject.ts'
import { otherVlans } from '../../probes/wiring/other-vlans.ts'
import { provider } from '../../probes/wiring/provider.ts'
import { type About, nicsAt, type Place, withDoubt } from '../as-vm/places.ts'
import { byOf } from './by.ts'
import { type Asking, macOf, TARGETS } from './script.ts'

/** One host that is asked from, and where its frames can be seen. */
export interface Asker extends Asking {
  readonly nics: Place
  readonly asks: readonly Target[]
}
export interface SwitchDesign {
  readonly about: About
  readonly run: string
  readonly vlan?: number
  readonly control?: number
  readonly askers: readonly Asker[]
}

export const switchNeeds = { provider, otherVlans }

/** Nothing where no frame of the network crosses a switch as it is. */
export function switchDesignOf(run: string, about: About, ways: SwitchWays): Parsed<SwitchDesign> | undefined {
  const { segment } = about.subject.network
  if (segment?.type !== 'vlan' && segment?.type !== 'flat') return undefined
  const vlan = segment.type === 'vlan' ? segment.id : undefined
  if (segment.type === 'vlan' && vlan === undefined) return problem('the VLAN is not known', '不知道 VLAN ID')
  if (vlan === undefined && ways.method === 'subinterface')
    return problem('a flat network has no VLAN to make a sub-interface of', 'flat 网络没有 VLAN，不能建子接口')
  const hosts = allHosts(about.subject)
  const control = controlOf(hosts, about)
  const askers = hosts.map((host, n) => askerAt(host, { about, ways, mac: macOf(run, n), vlan: vlan ?? 0, control }))
  const refused = askers.find((a) => !a.ok)
  if (refused && !refused.ok) return refused
  return {
    ok: true,
    fact: {
      ...{ about, run },
      ...(vlan === undefined ? {} : { vlan }),
      ...(control === undefined ? {} : { control }),
      askers: askers.flatMap((a) => (a.ok ? [a.fact] : [])),
    },
  }
}

interface Wish {
  readonly about: About
  readonly ways: SwitchWays
  readonly mac: string
  readonly vlan: number
  readonly control: number | undefined
}

function askerAt(host: string, { about, ways, mac, vlan, control }: Wish): Parsed<Asker> {
  const found = about.read(provider, host)
  if (!found.ok) return found
  const by = byOf({ host, provider: found.fact, isOwn: host === about.subject.compute }, ways)
  if (!by.ok) return by
  const asks = targetsFrom(host, about.subject)
  return {
    ok: true,
    fact: {
      ...by.fact,
      ...{ host, vlan, mac, asks, targets: asks.map(({ ip }) => ip) },
      ...(control === undefined ? {} : { control }),
      nics: withDoubt(placeOf(host, by.fact, about), about),
    },
  }
}

/** A sub-interface's frames pass its own NIC, whatever the bridge has. */
function placeOf(host: string, { method, on }: Pick<Asking, 'method' | 'on'>, about: About): Place {
  const known = nicsAt(host, about)
  if (method === 'port' || known.devices.some(({ name }) => name === on)) return known
  return { station: 'NIC', host, devices: [{ host, name: on }] }
}

/** The gateway, and the DHCP ports that are beyond the switch. */
function targetsFrom(host: string, subject: Subject): readonly Target[] {
  const gateway = gatewayOf(subject)
  const ports = subject.dhcpPorts.filter((port) => port.host !== host)
  return [
    ...(gateway === undefined ? [] : [{ ip: gateway, is: 'gateway' as const }]),
    ...ports.flatMap((port) => {
      const ip = port.ips.find((address) => !address.includes(':'))
      return ip === undefined ? [] : [{ ip, is: 'DHCP port' as const, host: port.host }]
    }),
  ].slice(0, TARGETS)
}

/** A VLAN of another network that every host has on the same bridge: the lowest, so that it is the same each time. */
function controlOf(hosts: readonly string[], { read }: About): number | undefined {
  const all = hosts.map((host) => read(otherVlans, host))
  const [first, ...rest] = all.map((vlans) => (vlans.ok ? vlans.fact : new Set<number>()))
  return [...(first ?? [])].filter((vlan) => rest.every((vlans) => vlans.has(vlan))).toSorted((a, b) => a - b)[0]
}
