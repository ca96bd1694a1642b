import type { Evidence } from '../core/answer.ts'
import { type AskTheSwitch, wayBetween } from '../core/ask-the-switch.ts'
import { answerTo, type AsTheVm, type Passage, type Trip } from '../core/experiment.ts'
import type { Sureness } from '../core/verdict.ts'

/** What became of DHCP between the NICs, where the VLAN itself passes. */
export type Dropped =
  | { readonly is: 'passes'; readonly because: readonly Evidence[] }
  | {
      readonly is: 'dropped'
      readonly leg: Trip['direction']
      readonly from: string
      readonly to: string
      /** Frames that left. */
      readonly count: number
      readonly sure: Sureness
      readonly because: readonly Evidence[]
    }
  | { readonly is: 'unknown' }

/** A frame that is lost by chance proves nothing. */
const ENOUGH = 2

/** Passes where one server's conversation does; dropped where that of every server is, in the same direction. */
export function droppedAsVm(sent: AsTheVm, asked: AskTheSwitch | undefined, host: string): Dropped {
  const requests = sent.trips.filter((t) => t.conversation === 'dhcp' && t.direction === 'request')
  const all = requests.map((request) => droppedOf(request, { sent, asked, host }))
  const passing = all.find((one) => one.is === 'passes')
  if (passing) return passing
  const [first] = all
  const isSame = all.every((one) => one.is === 'dropped' && first?.is === 'dropped' && one.leg === first.leg)
  return first && isSame ? first : { is: 'unknown' }
}

interface Known {
  readonly sent: AsTheVm
  readonly asked: AskTheSwitch | undefined
  readonly host: string
}

function droppedOf(request: Trip, { sent, asked, host }: Known): Dropped {
  const server = request.server ?? ''
  const reply = answerTo(request, sent.trips)
  const [left, came] = [nicOf(request, host), nicOf(request, server)]
  const [answered, back] = [nicOf(reply, server), nicOf(reply, host)]
  if (came?.state === 'seen' && back?.state === 'seen')
    return { is: 'passes', because: [...came.because, ...back.because] }
  if (isLost(answered, back)) {
    const because = [...(answered?.because ?? []), ...(back?.because ?? [])]
    return shown({ leg: 'reply', from: server, to: host, count: answered?.count ?? 0, because }, { sent, asked, host })
  }
  if (!isLost(left, came)) return { is: 'unknown' }
  const because = [...(left?.because ?? []), ...(came?.because ?? [])]
  return shown({ leg: 'request', from: host, to: server, count: left?.count ?? 0, because }, { sent, asked, host })
}

type Loss = Pick<Extract<Dropped, { is: 'dropped' }>, 'leg' | 'from' | 'to' | 'count' | 'because'>

/** It is the switch's choice where other frames of the VLAN pass the same way. */
function shown(loss: Loss, { sent, asked, host }: Known): Dropped {
  const way = asked ? wayBetween(asked.network, loss.from, loss.to) : undefined
  if (way?.is === 'carried')
    return { is: 'dropped', ...loss, sure: 'certain', because: [...loss.because, ...way.because] }
  const gateway = sent.trips.find((t) => t.conversation === 'arp' && t.direction === 'reply')
  const arrived = nicOf(gateway, host)
  const isUnasked = way === undefined || way.is === 'unknown'
  if (loss.leg === 'reply' && isUnasked && arrived?.state === 'seen')
    return { is: 'dropped', ...loss, sure: 'likely', because: [...loss.because, ...arrived.because] }
  return { is: 'unknown' }
}

const nicOf = (trip: Trip | undefined, host: string) =>
  trip?.passages.find((p) => p.station === 'NIC' && p.host === host)
const isLost = (left: Passage | undefined, came: Passage | undefined) =>
  left?.state === 'seen' && left.count >= ENOUGH && came?.state === 'not seen'
