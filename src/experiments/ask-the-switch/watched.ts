import type { Answer, Evidence } from '../../core/answer.ts'
import type { Say } from '../../core/lang.ts'
import { askKey } from '../../core/transport.ts'
import { decode } from '../../capture/decode/decode.ts'
import type { Frame } from '../../capture/frame.ts'
import { captureWith } from '../as-vm/capture.ts'
import { timeOf } from '../as-vm/frames.ts'
import type { Device } from '../as-vm/places.ts'
import { heldBy } from '../held.ts'
import type { Asker } from './design.ts'
import { filterOf } from './script.ts'

/** An ARP frame of a temporary port, or one to it. */
export interface Heard {
  readonly at: number
  readonly from: string
  readonly to: string
  readonly isProbe: boolean
  /** Who is asked for, or answers. */
  readonly ip: string
  readonly vlan?: number
  readonly evidence: Evidence
}
/** What the captures of one host show. */
export interface Watched {
  readonly frames: readonly Heard[]
  readonly whole: readonly Evidence[]
  /** Why what was not seen may have passed all the same. */
  readonly blind?: Say
}
type Captures = ReadonlyMap<string, Answer>

export function watchedAt({ nics }: Asker, run: string, captures: Captures): Watched {
  const looks = nics.devices.map((device) => lookAt(device, run, captures))
  const blind = nics.blind ?? looks.find((l) => l.blind)?.blind ?? nics.doubt
  // A frame that passes a bond passes one of its members too: what saw most counts.
  const most = looks.toSorted((a, b) => b.frames.length - a.frames.length)[0]
  return { frames: most?.frames ?? [], whole: looks.flatMap((l) => l.whole), ...(blind ? { blind } : {}) }
}

function lookAt(device: Device, run: string, captures: Captures): Watched {
  const ask = captureWith(filterOf(run), device, run)
  const { frames, whole, ...held } = heldBy(ask, captures.get(askKey(ask)))
  return { ...held, frames: frames.flatMap((f) => heardIn(f, whole) ?? []), whole: [whole] }
}

function heardIn(frame: Frame, whole: Evidence): Heard | undefined {
  const { eth, arp } = decode(frame)
  if (!eth || !arp) return undefined
  const at = Number(frame.time / 1000n)
  const isProbe = arp.op === 1
  const ip = isProbe ? arp.targetIp : arp.senderIp
  const vlan = eth.vlans[0]
  const where = vlan === undefined ? [] : [`vlan ${vlan}`]
  const what = isProbe ? `ARP who-has ${ip} tell ${arp.senderIp}` : `ARP ${ip} is-at ${arp.senderMac}`
  const line = [`${timeOf(at)} ${eth.src} > ${eth.dst}`, ...where, what].join(', ')
  return {
    ...{ at, isProbe, ip, from: eth.src, to: eth.dst ?? '' },
    ...(vlan === undefined ? {} : { vlan }),
    evidence: { ...whole, value: at, line },
  }
}
