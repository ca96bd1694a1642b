import { type Answer, without } from '../../core/answer.ts'
import type { AskedFrom, AskedVlan, Sight } from '../../core/ask-the-switch.ts'
import { failureLine } from '../../core/failure.ts'
import { type Say, say } from '../../core/lang.ts'
import type { Asker, SwitchDesign } from './design.ts'
import { facingOf } from './facing.ts'
import { NOBODY } from './script.ts'
import type { Heard, Watched } from './watched.ts'

export interface Answers {
  /** What the captures of each host show. */
  readonly watched: ReadonlyMap<string, Watched>
  readonly scripts: ReadonlyMap<string, Answer>
  /** What was read of the NICs. */
  readonly read: readonly Answer[]
}

/** What all hosts saw, of the network's VLAN or of the control. */
export function askedVlan(design: SwitchDesign, answers: Answers, of: 'network' | 'control'): AskedVlan {
  const vlan = design[of === 'network' ? 'vlan' : 'control']
  const isOurs = ({ ip }: Heard) => (ip === NOBODY) === (of === 'control')
  const at = (host: string): Watched => {
    const all = answers.watched.get(host) ?? { frames: [], whole: [] }
    return { ...all, frames: all.frames.filter(isOurs) }
  }
  const from = design.askers.map((asker) =>
    askedFrom(asker, { at, design, targets: of === 'network' ? asker.asks : [], answers }),
  )
  return { ...(vlan === undefined ? {} : { vlan }), from }
}

interface Scene {
  readonly at: (host: string) => Watched
  readonly design: SwitchDesign
  readonly targets: Asker['asks']
  readonly answers: Answers
}

function askedFrom({ host, method, mac, nics }: Asker, { at, design, targets, answers }: Scene): AskedFrom {
  const here = at(host)
  const refused = refusalOf(host, answers)
  const left = sightOf((f) => f.isProbe && f.from === mac, `ARP from ${mac}`, here, refused)
  return {
    ...{ host, method, mac, left, nics: nics.devices.map(({ name }) => facingOf(host, name, answers.read)) },
    answers: targets.map((target) => ({
      ...target,
      sight: answerFrom(target.ip, mac, here, left.state === 'seen' ? refused : (refused ?? left.why ?? notSent)),
    })),
    heard: design.askers
      .filter((other) => other.host !== host)
      .map((other) => ({
        from: other.host,
        sight: sightOf(
          (f) => f.isProbe && f.from === other.mac,
          `ARP from ${other.mac}`,
          here,
          refusalOf(other.host, answers),
        ),
      })),
  }
}

const notSent = say('no probe was seen to leave', '没有看到探测报文发出')

const refusalOf = (host: string, { scripts }: Answers): Say | undefined => {
  const answer = scripts.get(host)
  if (!answer) return say('nothing was asked', '没有探测')
  return answer.failure && failureLine(answer.failure)
}

function answerFrom(ip: string, mac: string, here: Watched, why: Say | undefined): Sight {
  const isAnswer = (f: Heard) => !f.isProbe && f.to === mac && f.ip === ip
  const sight = sightOf(isAnswer, `ARP reply of ${ip} to ${mac}`, here, why)
  const probes = here.frames.filter((f) => f.isProbe && f.from === mac && f.ip === ip)
  const times = here.frames.filter(isAnswer).flatMap((answer) => {
    const before = probes.filter((p) => p.at <= answer.at).map((p) => answer.at - p.at)
    return before.length > 0 ? [Math.min(...before)] : []
  })
  return times.length > 0 ? { ...sight, roundTrip: Math.min(...times) } : sight
}

function sightOf(wanted: (f: Heard) => boolean, absent: string, here: Watched, why: Say | undefined): Sight {
  const mine = here.frames.filter(wanted).toSorted((a, b) => a.at - b.at)
  const [first] = mine
  if (first) {
    const vlan = first.vlan === undefined ? {} : { vlan: first.vlan }
    return { state: 'seen', count: mine.length, ...vlan, because: [first.evidence] }
  }
  const unknown = why ?? here.blind
  if (unknown) return { state: 'unknown', count: 0, why: unknown, because: [] }
  return { state: 'not seen', count: 0, because: here.whole.map((whole) => without(absent, whole)) }
}
