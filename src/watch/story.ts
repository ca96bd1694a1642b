import { addressFindings } from './addresses.ts'
import { answerFindings } from './answers.ts'
import type { Finding } from './finding.ts'
import { dhcpOf, fromGuest, type Heard, type Intent, toGuest } from './heard.ts'
import { serverFindings } from './servers.ts'
import { silenceFindings } from './silence.ts'

/**
 * How a watch ended.
 * `trouble`: something is wrong for certain or likely. `leased`: asked, offered, acknowledged. `unanswered`: the guest
 * asked, and no answer came to its port. `spoke`: the guest sent frames, but asked for no address. `silent`: it sent
 * nothing. `unheard`: the guest's port could not be listened to.
 */
export const outcomes = ['trouble', 'leased', 'unanswered', 'spoke', 'silent', 'unheard'] as const
export type Outcome = (typeof outcomes)[number]

export interface Story {
  readonly outcome: Outcome
  /** Surest first. */
  readonly findings: readonly Finding[]
}

/** What was heard, judged when the listening is over. `seconds`: how long the guest's port was heard, from begin to end. */
export function tellStory(heard: readonly Heard[], intent: Intent, seconds: number | undefined): Story {
  if (seconds === undefined) return { outcome: 'unheard', findings: wrongs(heard, intent) }
  const findings = [...wrongs(heard, intent), ...silenceFindings(heard, intent, Math.round(seconds))]
  const isTrouble = findings.some(({ sure }) => sure !== 'possible')
  return { outcome: isTrouble ? 'trouble' : quiet(heard, intent), findings }
}

/** What is wrong whatever comes after. */
const wrongs = (heard: readonly Heard[], intent: Intent): readonly Finding[] => {
  const all = [...serverFindings(heard, intent), ...addressFindings(heard, intent), ...answerFindings(heard, intent)]
  return all.toSorted((a, b) => Number(b.sure === 'certain') - Number(a.sure === 'certain'))
}

function quiet(heard: readonly Heard[], { mac }: Intent): Outcome {
  if (dhcpOf(heard.filter(toGuest), 'ACK').some(({ dhcp }) => dhcp.chaddr === mac)) return 'leased'
  const sent = heard.filter(fromGuest)
  if (dhcpOf(sent, 'DISCOVER', 'REQUEST').length > 0) return 'unanswered'
  return sent.length > 0 ? 'spoke' : 'silent'
}

/** A lease was had, or a wrong is certain: no more has to be heard but its aftermath. */
export const isTold = (heard: readonly Heard[], intent: Intent): boolean =>
  dhcpOf(heard.filter(toGuest), 'ACK').some(({ dhcp }) => dhcp.chaddr === intent.mac) ||
  wrongs(heard, intent).some(({ sure }) => sure === 'certain')

/** What of the guest's conversation was heard at the DHCP ports. */
export function atServer(
  heard: readonly Heard[],
  { mac }: Pick<Intent, 'mac'>,
): { readonly asked: number; readonly answered: number } {
  const mine = dhcpOf(
    heard.filter(({ at }) => at === 'dhcp'),
    'DISCOVER',
    'REQUEST',
    'OFFER',
    'ACK',
    'NAK',
  ).filter(({ dhcp }) => dhcp.chaddr === mac)
  return {
    asked: mine.filter(({ dhcp }) => dhcp.op === 'request').length,
    answered: mine.filter(({ dhcp }) => dhcp.op === 'reply').length,
  }
}
