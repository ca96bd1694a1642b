import type { Hop } from './capture/frame.ts'
import type { Answer } from './core/answer.ts'
import { type Say, say } from './core/lang.ts'
import type { Subject } from './core/subject.ts'
import type { Ear } from './core/transport.ts'
import { type Resolution, resolveSubject } from './cloud/resolve.ts'
import { capturesOf } from './watch/captures.ts'
import { close, framesOf, heardFor, hopsOf, lossesOf, type Open, open, pause } from './watch/ears.ts'
import type { Heard, Intent } from './watch/heard.ts'
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

/** Listens to a VM's own DHCP, ARP and first packets until its story is told or the time is over. Sends nothing. */
export async function watchVm(vm: string, watch: Watch, ear: Ear): Promise<WatchOutcome> {
  const resolution = await resolveSubject(vm, ear)
  if (resolution.kind !== 'subject') return resolution
  const { subject } = resolution
  const intent = intentOf(subject)
  const ears = capturesOf(subject, watch.seconds, watch.run).map((capture) => open(capture, ear))
  await Promise.race([Promise.all(ears.map(({ listening }) => listening.ready)), pause(BEGIN_MS)])
  const began = { at: performance.now(), all: ears.filter(({ state }) => state.began) }
  watch.onBegin?.(subject)
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
