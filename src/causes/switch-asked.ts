import type { Evidence } from '../core/answer.ts'
import { type AskedVlan, type AskTheSwitch, type Way, wayBetween, waysOf } from '../core/ask-the-switch.ts'

/** What the physical network did with the frames of our own ports, between the VM's host and every DHCP host. */
export interface Carrying {
  /** `one way`: it passes in one direction alone. Nothing where it is not the same with every host, or not known. */
  readonly is: 'crosses' | 'lost' | 'one way' | 'retagged'
  /** Of what is lost or retagged: one for each. */
  readonly ways: readonly Way[]
  /** Whose switch port it is, most likely; absent where it may as well be the other, or the VLAN is nowhere. */
  readonly suspect?: string
  /** The other VLAN, and whether it passes between the same hosts; absent where none was tried or it is not known. */
  readonly control?: { readonly vlan: number; readonly passes: boolean }
  readonly because: readonly Evidence[]
}

export function carryingOf(asked: AskTheSwitch, host: string, servers: readonly string[]): Carrying | undefined {
  const { network } = asked
  const pairs = servers
    .filter((server) => server !== host)
    .map((server) => ({
      server,
      there: wayBetween(network, host, server),
      back: wayBetween(network, server, host),
    }))
  const ways = pairs.flatMap(({ there, back }) => [there, back])
  if (ways.length === 0) return undefined
  const retagged = ways.filter((way) => way.is === 'retagged')
  if (retagged.length > 0) return { is: 'retagged', ...toldOf(retagged, asked), suspect: retagged[0]?.to ?? host }
  if (ways.every((way) => way.is === 'carried')) return { is: 'crosses', ...toldOf(ways, asked), suspect: host }
  const lost = ways.filter((way) => way.is === 'lost')
  if (!ways.every((way) => way.is === 'lost' || way.is === 'carried')) return undefined
  const isWhole = lost.length === ways.length
  if (!isWhole && !pairs.every(({ there, back }) => there.is !== back.is)) return undefined
  const server = pairs[0]?.server ?? host
  const suspect = suspectOf(lost, network, { host, server })
  return { is: isWhole ? 'lost' : 'one way', ...toldOf(lost, asked), ...(suspect === undefined ? {} : { suspect }) }
}

/** Whom the gateway answers has the VLAN on his switch port. What is lost one way is lost behind the port it came by. */
function suspectOf(lost: readonly Way[], network: AskedVlan, at: { host: string; server: string }): string | undefined {
  const isServed = (host: string) => answeredAt(network, host)
  if (isServed(at.host) !== isServed(at.server)) return isServed(at.host) ? at.server : at.host
  const [first] = lost
  return lost.every((way) => way.from === first?.from) ? first?.from : undefined
}

/** The gateway has answered this host in the network's VLAN. */
export const answeredAt = ({ from, vlan }: AskedVlan, host: string): boolean =>
  from.some(
    (a) =>
      a.host === host &&
      a.answers.some(({ is, sight }) => is === 'gateway' && sight.state === 'seen' && sight.vlan === vlan),
  )

function toldOf(ways: readonly Way[], { control }: AskTheSwitch): Pick<Carrying, 'ways' | 'because' | 'control'> {
  const others = control ? waysOf(control) : []
  const passes = others.length > 0 && others.every((way) => way.is === 'carried')
  const fails = others.length > 0 && others.every((way) => way.is === 'lost')
  const because = [...ways, ...(passes ? others : [])].flatMap((way) => way.because)
  return {
    ways,
    because,
    ...(control?.vlan !== undefined && (passes || fails) ? { control: { vlan: control.vlan, passes } } : {}),
  }
}
