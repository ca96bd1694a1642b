import { type Answer, type Ask, type Evidence, without } from '../../core/answer.ts'
import { failureLine } from '../../core/failure.ts'
import type { ArpAnswer, AskedServer, InNamespace, Reached } from '../../core/from-the-dhcp-namespace.ts'
import { fact, type Parsed } from '../../core/probe.ts'
import { isOurs, parseEvents } from '../../probes/dhcp/dnsmasq-log.ts'
import type { Heard } from '../as-vm/frames.ts'
import { heardBy } from '../as-vm/looks.ts'
import { parsePings } from '../ping.ts'
import { captureAt, fullPingsAt, pingsAt, sendsAt, wordsAt } from './asks.ts'
import type { Design, ServerPort } from './design.ts'

export interface Known {
  readonly of: (ask: Ask) => Answer | undefined
  /** Of every frame that was sent, in order. */
  readonly sent: readonly Answer[]
}

/** What one host has shown. */
export function shownAt(port: ServerPort, design: Design, known: Known): InNamespace {
  const ask = captureAt(port, design)
  const scene = { port, design, known, held: heardBy(ask, known.of(ask)) }
  return { host: port.host, server: askedServer(scene), reached: reachedBy(scene) }
}

interface Scene {
  readonly port: ServerPort
  readonly design: Design
  readonly known: Known
  readonly held: ReturnType<typeof heardBy>
}

/** One that is lost by chance proves nothing. */
const ENOUGH = 2

function askedServer(scene: Scene): Parsed<AskedServer> {
  const { port, held, design } = scene
  const own = held.heard.filter(({ packet }) => packet.dhcp?.xid === Number.parseInt(design.xid, 16))
  const [requests, replies] = (['request', 'reply'] as const).map((op) => own.filter((h) => h.packet.dhcp?.op === op))
  const offer = replies?.find(({ packet }) => packet.eth?.src === port.mac && packet.dhcp?.type === 'OFFER')
  if (offer)
    return fact({ is: 'offered', ...offerOf(offer, requests ?? []), because: cite(scene, requests?.[0], offer) })
  const why = refusalOf(scene, 0) ?? held.blind ?? port.place.doubt
  if (why) return { ok: false, problem: why }
  const [first] = requests ?? []
  if (!first) return fact({ is: 'not reached', because: [without(`xid 0x${design.xid}`, held.whole)] })
  const refusal = lastRefusal(scene)
  return fact({
    is: 'silent',
    ...(refusal === undefined ? {} : { refusal }),
    because: [
      ...cite(scene, first),
      without(`DHCP OFFER, xid 0x${design.xid}`, held.whole),
      ...(refusal ? [refusal] : []),
    ],
  })
}

function offerOf({ at, packet }: Heard, requests: readonly Heard[]): Pick<AskedServer, 'ip' | 'roundTrip'> {
  const times = requests.map((request) => at - request.at).filter((time) => time >= 0)
  const ip = packet.dhcp?.yiaddr
  return { ...(ip === undefined ? {} : { ip }), ...(times.length === 0 ? {} : { roundTrip: Math.min(...times) }) }
}

const cite = ({ held }: Scene, ...frames: readonly (Heard | undefined)[]): readonly Evidence[] =>
  frames.flatMap((h) => (h ? [{ ...held.whole, value: h.at, line: h.text }] : []))

/** Why frames of a kind were not sent, where hardly any was. `nth` in a round. */
function refusalOf({ port, design, known }: Scene, nth: number) {
  const round = sendsAt(port, design, 0).length
  const mine = known.sent.filter(({ ask }) => ask.host === port.host).filter((_, i) => i % round === nth)
  const failure = mine.find((answer) => answer.failure)?.failure
  return failure && mine.filter((answer) => !answer.failure).length < ENOUGH ? failureLine(failure) : undefined
}

function lastRefusal({ port, design, known }: Scene): Evidence | undefined {
  const answer = known.of(wordsAt(port.host, design))
  const events = answer && !answer.failure ? parseEvents(answer, design.about.subject.port.mac) : []
  return events.findLast((event) => isOurs(event) && event.note.includes('no address available'))?.source
}

function reachedBy(scene: Scene): readonly Reached[] {
  const { port, design, known } = scene
  const [pings, full] = [pingsAt(port, design), fullPingsAt(port, design)]
  return design.targets.flatMap((target, i) => {
    const ping = pings[i]
    if (!ping) return []
    const whole = full[i] && known.of(full[i])
    const pinged = { pings: parsePings(known.of(ping)), ...(whole ? { full: parsePings(whole) } : {}) }
    return [{ ...target, arp: arpOf(scene, target.ip, i + 1), ...pinged }]
  })
}

function arpOf(scene: Scene, ip: string, nth: number): Parsed<ArpAnswer> {
  const { held, port } = scene
  const answer = held.heard.find(({ packet: { arp } }) => arp?.senderIp === ip && arp.targetMac === port.mac)
  const mac = answer?.packet.arp?.senderMac
  if (answer && mac !== undefined) return fact({ mac, because: cite(scene, answer) })
  const why = refusalOf(scene, nth) ?? held.blind ?? port.place.doubt
  return why ? { ok: false, problem: why } : fact({ because: [without(`ARP ${ip} is-at`, held.whole)] })
}
