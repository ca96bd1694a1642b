import type { AskTheSwitch } from '../core/ask-the-switch.ts'
import type { AsTheVm } from '../core/experiment.ts'
import type { Language } from '../core/lang.ts'
import type { Parsed, Place } from '../core/probe.ts'
import { found, ruledOut, unknown, type Verdict } from '../core/verdict.ts'
import { wireVlanOf } from './applies.ts'
import { type Crossing, crossingOf } from './crossing.ts'
import { carryingOf } from './switch-asked.ts'
import { type Probed, probedOf, probedWords, taggedWords } from './switch-words.ts'

/** A VLAN that is lost between hosts, as packets that were sent have shown it. */
export interface LostVlan {
  readonly by: 'packets'
  /** Absent: untagged. */
  readonly segment: number | undefined
  readonly nic: string
  /** Whose switch port it is, most likely, if either's, and who is on the other side. */
  readonly suspect?: string
  readonly other: string
  /** Frames that were sent as the VM and left. */
  readonly left?: number
  readonly probed?: Probed
}
interface Shown {
  readonly sent: Parsed<AsTheVm>
  readonly probed: Parsed<AskTheSwitch>
  readonly nic: string
}

/** Nothing where no packet was sent, or what became of them says nothing of the VLAN. */
export function provenTrunk({ sent, probed, nic }: Shown, place: Place): Verdict<LostVlan> | undefined {
  const { host } = place
  const segment = wireVlanOf(place)
  const crossing = sent.ok ? crossingOf(sent.fact, host, segment) : undefined
  const base = { by: 'packets', segment, nic } as const
  return byProbes(probed, { crossing, base }, place) ?? asTheVm(crossing, base, host)
}

type Base = Pick<LostVlan, 'by' | 'segment' | 'nic'>
interface Known {
  readonly crossing: Crossing | undefined
  readonly base: Base
}

function byProbes(
  probed: Parsed<AskTheSwitch>,
  { crossing, base }: Known,
  { subject, host }: Place,
): Verdict<LostVlan> | undefined {
  const carrying = probed.ok ? carryingOf(probed.fact, host, subject.dhcpHosts) : undefined
  if (!carrying || !probed.ok) return undefined
  if (carrying.is === 'crosses') return ruledOut(...carrying.because)
  if (carrying.is === 'retagged') return unknown('the frames arrive, in another VLAN', '报文到达了，但落在别的 VLAN')
  const left = crossing?.is === 'lost' ? { left: crossing.left } : {}
  const other = subject.dhcpHosts.filter((h) => h !== host).join(', ')
  const suspect = carrying.suspect === undefined ? {} : { suspect: carrying.suspect }
  const detail = { ...base, ...suspect, other, ...left, probed: probedOf(carrying, probed.fact) }
  // With a link that carries nothing at all, or one way alone, a VLAN that is not allowed is one reason of several.
  const sure = carrying.is === 'lost' && carrying.control?.passes === true ? 'certain' : 'likely'
  return found(detail, sure, ...(crossing?.because ?? []), ...carrying.because)
}

function asTheVm(crossing: Crossing | undefined, base: Base, host: string): Verdict<LostVlan> | undefined {
  if (!crossing) return undefined
  if (crossing.is === 'crosses') return ruledOut(...crossing.because)
  const { left, answered, servers, because } = crossing
  const suspect = answered ? (servers[0] ?? host) : host
  // A switch that drops the MAC of the VM alone would look the same.
  return found({ ...base, suspect, other: servers.join(', '), left }, 'likely', ...because)
}

export function lostVlanWords({ left, segment, nic, other, probed }: LostVlan, lang: Language): string {
  const asVm =
    left === undefined
      ? []
      : [
          lang === 'en'
            ? `Of what was sent as the VM, ${left} frames left ${taggedWords(segment, lang)} by ${nic}, and none came in on the NIC of ${other}.`
            : `以虚拟机身份发送的报文有 ${left} 个${taggedWords(segment, lang)} 从 ${nic} 发出，${other} 的网卡一个也没有收到。`,
        ]
  const all = [...asVm, ...(probed ? [probedWords(probed, segment, lang)] : [])]
  return all.join(lang === 'en' ? ' ' : '')
}
