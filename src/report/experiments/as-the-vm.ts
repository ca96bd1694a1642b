import { type AsTheVm, answerTo, type Gap, gapsOf, type Passage, type Trip } from '../../core/experiment.ts'
import { oneLine } from '../evidence.ts'
import { labels, stationWords } from '../labels.ts'
import { heading, type Pen } from '../pen.ts'
import { elide, pad, wrap } from '../text.ts'

/** What packets that were sent have shown: where each was seen, and how long its answer took. */
export function asTheVmPart(e: AsTheVm, gatewayThere: boolean, pen: Pen): readonly string[] {
  return [
    ...wrap(`${pen.tell(labels.proven)}${pen.colon}${sentOf(e, pen)}`, pen.width, '').map((l) => heading(pen, l)),
    ...e.trips.filter((t) => t.direction === 'request').flatMap((t) => rowsOf(t, e, pen)),
    ...gapsOf(e, gatewayThere).flatMap((gap) => wrap(`${gapWords(gap, pen)}${pen.t('.', '。')}`, pen.width, '  ')),
    ...e.sent.flatMap((s) => (s.refused ? wrap(oneLine(pen.tell(s.refused)), pen.width, '  ') : [])),
  ]
}

const nameOf = (conversation: Trip['conversation']) => conversation.toUpperCase()

function sentOf({ sent }: AsTheVm, pen: Pen): string {
  const counts = sent.map(({ conversation, count }) => `${count} × ${nameOf(conversation)}`)
  const [at] = sent
  return at
    ? pen.t(
        `${counts.join(', ')} into ${at.bridge} port ${at.ofport} of ${at.host}`,
        `${counts.join('、')}，注入 ${at.host} 的 ${at.bridge} 端口 ${at.ofport}`,
      )
    : ''
}

/** The places of one conversation, from the VM's host outwards: there, and back. */
function rowsOf(request: Trip, e: AsTheVm, pen: Pen): readonly string[] {
  const reply = answerTo(request, e.trips)
  const back = reply?.passages ?? []
  const isSame = (a: Passage, b: Passage) => a.station === b.station && a.host === b.host
  const own = back.filter((b) => !request.passages.some((p) => isSame(p, b))).toReversed()
  const rows = [
    ...own.map((p) => ({ place: p, there: undefined, back: p })),
    ...request.passages.map((p) => ({ place: p, there: p, back: back.find((b) => isSame(p, b)) })),
  ]
  return rows.map(({ place, there, back: b }, i) => {
    const marks = `${mark(there, pen)}${mark(b, pen)}`
    const devices = elide(place.devices.join(' '), 28) || pen.tell(stationWords[place.station])
    const text = [
      pad(i === 0 ? nameOf(request.conversation) : '', 5),
      marks,
      ` ${pad(place.host, 10)} ${pad(devices, 28)}`,
      noteOf(there, b, pen),
    ]
    return `  ${text.join('')}`
  })
}

function noteOf(there: Passage | undefined, back: Passage | undefined, pen: Pen): string {
  const why = [there, back].flatMap((p) => (p?.state === 'unknown' && p.why ? [pen.tell(p.why)] : []))[0]
  const vlan = there?.first?.vlan ?? back?.first?.vlan
  const time = there?.roundTrip === undefined ? [] : [milliseconds(there.roundTrip)]
  const notes = [...(vlan === undefined ? [] : [`VLAN ${vlan}`]), ...time, ...(why === undefined ? [] : [oneLine(why)])]
  return notes.join('  ')
}

export const milliseconds = (us: number) => `${(us / 1000).toFixed(us < 10_000 ? 2 : 0)} ms`

export function mark(passage: Pick<Passage, 'state'> | undefined, { paint }: Pen): string {
  if (!passage) return paint.dim(' ')
  return { seen: paint.green('✔'), 'not seen': paint.red('✖'), unknown: paint.yellow('?') }[passage.state]
}

/** Where the frames vanish, as a sentence without its full stop. */
export function gapWords({ trip, after, before }: Gap, pen: Pen): string {
  const what = {
    request: pen.t(`${nameOf(trip.conversation)} request`, `${nameOf(trip.conversation)} 请求`),
    reply: pen.t(`${nameOf(trip.conversation)} reply`, `${nameOf(trip.conversation)} 应答`),
  }
  const place = ({ host, devices, station }: Passage) =>
    `${host} ${devices.join('/') || pen.tell(stationWords[station])}`
  if (!after)
    return pen.t(
      `Its ${what[trip.direction]} was put into br-int and never reaches ${place(before)}`,
      `${what[trip.direction]}已送入 br-int，但没有到达 ${place(before)}`,
    )
  if (trip.direction === 'reply' && after.station === before.station && after.host === before.host)
    return pen.t(
      `Its ${what.request} reaches ${place(after)}, and is not answered`,
      `${what.request}到达了 ${place(after)}，但没有应答`,
    )
  return pen.t(
    `Its ${what[trip.direction]} is seen at ${place(after)} and never reaches ${place(before)}`,
    `${what[trip.direction]}在 ${place(after)} 看到了，但没有到达 ${place(before)}`,
  )
}
