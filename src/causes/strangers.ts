import type { AsTheVm } from '../core/experiment.ts'
import type { Evidence } from '../core/answer.ts'
import { type Parsed, problem, type Place } from '../core/probe.ts'
import type { Stranger } from '../core/strangers.ts'
import { found, type Verdict, warning } from '../core/verdict.ts'

/** A DHCP server that is not Neutron's, or that none was heard though it was asked. */
export function foreignServer(
  sent: AsTheVm,
  isWanted: (stranger: Stranger) => boolean,
): Parsed<{ readonly stranger?: Stranger; readonly because: readonly Evidence[] }> {
  if (!sent.strangers.ok) return sent.strangers
  const stranger = sent.strangers.fact.all.find((s) => s.is === 'DHCP server' && isWanted(s))
  if (stranger) return { ok: true, fact: { stranger, because: stranger.because } }
  const asked = sent.trips
    .filter((t) => t.conversation === 'dhcp' && t.direction === 'request')
    .flatMap((t) => t.passages.filter((p) => p.station === 'NIC' && p.state === 'seen'))
  const [left] = asked
  if (!left) return problem('no DHCP request was seen to leave the host', '没有看到 DHCP 请求离开主机')
  return { ok: true, fact: { because: [...left.because, ...sent.strangers.fact.because] } }
}

/** Neutron serves the network, and names the ports that do: whoever else answers is foreign. */
export const knowsItsServers = ({ subject: { subnets, dhcpPorts } }: Place): boolean =>
  dhcpPorts.length > 0 && subnets.some((subnet) => subnet.version === 4 && subnet.dhcp)

export const isDhcpPorts = (ip: string | undefined, { subject }: Place): boolean =>
  subject.dhcpPorts.some(({ ips }) => ip !== undefined && ips.includes(ip))

/** What keeps its answers from the guest keeps the guest from harm. */
export const asFarAsItReaches = <D>({ reached }: Stranger, detail: D, because: readonly Evidence[]): Verdict<D> =>
  reached === false ? warning(detail, 'certain', ...because) : found(detail, reached ? 'certain' : 'likely', ...because)
