import type { Answer } from './core/answer.ts'
import { say, type Say } from './core/lang.ts'
import type { Subject } from './core/subject.ts'
import type { Ear, Listening } from './core/transport.ts'
import type { Frame, Hop } from './capture/frame.ts'
import { readCapture } from './capture/read.ts'
import { type Resolution, resolveSubject } from './cloud/resolve.ts'
import { type Capture, capturesOf, endAsk, LISTENING } from './watch/captures.ts'
import { type Heard, hear, type Intent } from './watch/heard.ts'
import { isTold, type Story, tellStory } from './watch/story.ts'

export interface Watch {
  /** At most. */
  readonly seconds: number
  /** Eight hexadecimal digits. */
  readonly run: string
  /** Ends it before its time. */
  readonly signal: AbortSignal
  /** From now on every place that can be heard is heard. */
  readonly onBegin?: (subject: Subject) => void
}

/** What was heard of a VM, and what it means. */
export interface Watched {
  readonly subject: Subject
  readonly story: Story
  /** In order of time. */
  readonly heard: readonly Heard[]
  /** A place for each interface of a capture file. */
  readonly hops: readonly Hop[]
  /** Places that were not heard, or not to the end. */
  readonly deaf: readonly Answer[]
  /** How long the guest's port was heard; absent where it was not. */
  readonly seconds?: number
  /** What could not be known. */
  readonly limits: readonly Say[]
}
export type WatchOutcome =
  | { readonly kind: 'watched'; readonly watched: Watched }
  | Exclude<Resolution, { kind: 'subject' }>

/** How often the story is looked at. Milliseconds. */
const LOOK_MS = 250
/** A host that has not begun to listen by then is not waited for. */
const BEGIN_MS = 12_000
/** After a lease, a second server or a conflict may still show. Milliseconds. */
const AFTERMATH_MS = 3000
/** What is still on its way when the captures are told to end. */
const LAST_WORDS_MS = 3000

/** Listens to a VM's own DHCP, ARP and first packets until its story is told or the time is over. Sends nothing. */
export async function watchVm(vm: string, watch: Watch, ear: Ear): Promise<WatchOutcome> {
  const resolution = await resolveSubject(vm, ear)
  if (resolution.kind !== 'subject') return resolution
  const { subject } = resolution
  const intent = intentOf(subject)
  const ears = capturesOf(subject, watch.seconds, watch.run).map((capture) => open(capture, ear))
  await Promise.race([Promise.all(ears.map(({ listening }) => listening.ready)), pause(BEGIN_MS)])
  watch.onBegin?.(subject)
  const began = performance.now()
  await listenOut(ears, intent, watch)
  const seconds = heardFor(ears, began)
  const deaf = await close(ears, ear, watch.run)
  const heard = framesOf(ears)
  return {
    kind: 'watched',
    watched: {
      subject,
      story: tellStory(heard, intent, seconds),
      heard,
      hops: hopsOf(ears),
      deaf,
      ...(seconds === undefined ? {} : { seconds }),
      limits: [...limitsOf(subject), ...(await lossesOf(ears))],
    },
  }
}

/** Where no subnet is served by Neutron, whoever answers is meant to. */
function intentOf({ port, dhcpPorts, subnets }: Subject): Intent {
  const isServed = subnets.some(({ version, dhcp }) => version === 4 && dhcp)
  return {
    mac: port.mac,
    ips: port.fixedIps.map(({ ip }) => ip),
    servers: isServed ? dhcpPorts.map(({ mac, ips }) => ({ mac, ips })) : [],
  }
}

/** A capture that runs, and what has come of it. */
interface Open {
  readonly capture: Capture
  readonly listening: Listening
  readonly frames: () => readonly Frame[]
  readonly state: { began: boolean; ended?: Answer }
}

function open(capture: Capture, ear: Ear): Open {
  const chunks: Uint8Array[] = []
  const state: Open['state'] = { began: false }
  const listening = ear.listen(capture.ask, { sign: LISTENING, onBytes: (bytes) => void chunks.push(bytes) })
  void listening.ready.then((is) => (state.began = is))
  void listening.answer.then((answer) => (state.ended = answer))
  const frames = () => readCapture(Buffer.concat(chunks)).frames.map((frame) => placed(frame, capture))
  return { capture, listening, frames, state }
}

const placed = (frame: Frame, { hop, direction }: Capture): Frame => ({
  ...frame,
  interface: hop,
  ...(direction === undefined ? {} : { direction }),
})

function framesOf(ears: readonly Open[]): readonly Heard[] {
  const all = ears.flatMap(({ capture, frames }) => frames().map((frame) => hear(capture.at, frame)))
  return all.toSorted((a, b) => (a.frame.time < b.frame.time ? -1 : a.frame.time > b.frame.time ? 1 : 0))
}

/** Until the time is over, or the story is told and its aftermath past, or nobody listens any more. */
async function listenOut(ears: readonly Open[], intent: Intent, { seconds, signal }: Watch): Promise<void> {
  let until = performance.now() + seconds * 1000
  let told = false
  while (!signal.aborted && performance.now() < until && ears.some(({ state }) => !state.ended)) {
    await pause(LOOK_MS, signal)
    if (told || !isTold(framesOf(ears), intent)) continue
    told = true
    until = Math.min(until, performance.now() + AFTERMATH_MS)
  }
}

/** The guest's port was heard where every capture of it has begun, and none has failed. */
function heardFor(ears: readonly Open[], began: number): number | undefined {
  const guest = ears.filter(({ capture }) => capture.at === 'guest')
  const isDeaf = guest.some(({ state }) => !state.began || state.ended?.failure !== undefined)
  return guest.length === 0 || isDeaf ? undefined : (performance.now() - began) / 1000
}

/** Tells every host to end what we have begun there; who does not hear that ends by itself. Returns who was deaf before. */
async function close(ears: readonly Open[], ear: Ear, run: string): Promise<readonly Answer[]> {
  const open = ears.filter(({ state }) => !state.ended)
  const deaf = ears.filter(({ state }) => !state.began || state.ended?.failure)
  const hosts = [...new Set(open.map(({ capture }) => capture.ask.host))]
  const told = hosts.map((host) => ear.listen(endAsk(host, run), { sign: '', onBytes: () => {} }))
  const ends = Promise.all(ears.map(({ listening }) => listening.answer))
  await Promise.race([ends, pause(LAST_WORDS_MS)])
  for (const { stop } of [...told, ...open.map(({ listening }) => listening)]) stop()
  await ends
  return Promise.all(deaf.map(({ listening }) => listening.answer))
}

function hopsOf(ears: readonly Open[]): readonly Hop[] {
  const names = [...new Set(ears.map(({ capture }) => capture.hop))]
  return names.map((name) => ({
    name,
    frames: ears.filter(({ capture }) => capture.hop === name).flatMap(({ frames }) => frames()),
  }))
}

function limitsOf({ dhcpPorts, compute }: Subject): readonly Say[] {
  const noHost = say(
    'The port is bound to no host: there is no tap to listen at.',
    '端口没有绑定到主机：没有可监听的 tap。',
  )
  const noServers = say(
    'Neutron names no DHCP port of this network: a foreign DHCP server cannot be told from the right one.',
    'Neutron 没有给出该网络的 DHCP 端口：无法分辨外来 DHCP 服务器。',
  )
  return [...(compute === undefined ? [noHost] : []), ...(dhcpPorts.length === 0 ? [noServers] : [])]
}

/** By tcpdump's own count, which it prints at its end. */
async function lossesOf(ears: readonly Open[]): Promise<readonly Say[]> {
  const ends = await Promise.all(ears.map(({ listening }) => listening.answer))
  return ends.flatMap(({ ask, stderr }) => {
    const lost = /^([1-9]\d*) packets? dropped by kernel/m.exec(stderr)?.[1]
    if (lost === undefined) return []
    return say(`${ask.host}: tcpdump lost ${lost} frames.`, `${ask.host}：tcpdump 丢了 ${lost} 个帧。`)
  })
}

const pause = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
