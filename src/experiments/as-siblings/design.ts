import { MOST_SIBLINGS } from '../../core/comparison.ts'
import { type Say, say } from '../../core/lang.ts'
import type { Ask } from '../../core/answer.ts'
import { captureWith } from '../as-vm/capture.ts'
import { type Design, designOf } from '../as-vm/design.ts'
import type { About, Device } from '../as-vm/places.ts'
import { familyOf, plainFilter, vxlanFilter, type WantedAll, xidOf } from './filter.ts'

export interface Siblings {
  readonly designs: readonly Design[]
  /** As whom nothing can be sent, and why. */
  readonly cannot: readonly Say[]
}

/** How packets are sent as each VM that another is compared with: only as those whose host has told all that it takes. */
export function siblingsOf(run: string, all: readonly About[]): Siblings {
  const some = all.slice(0, MOST_SIBLINGS)
  const wanted = { family: familyOf(run), macs: some.map(({ subject }) => subject.port.mac) }
  const capture = (device: Device) => captureAll(device, wanted, run)
  const parsed = some.map((about, i) => ({ about, design: designOf(run, about, { xid: xidOf(run, i + 1), capture }) }))
  return {
    designs: parsed.flatMap(({ design }) => (design.ok ? [design.fact] : [])),
    cannot: parsed.flatMap(({ about, design }) => (design.ok ? [] : [cannotSendAs(about, design.problem)])),
  }
}

/** One capture of a device for all of them: hosts that several are on, or that serve them, are not asked for each. */
export const captureAll = (device: Device, wanted: WantedAll, run: string): Ask =>
  captureWith(device.vxlan === undefined ? plainFilter(wanted) : vxlanFilter(wanted, device.vxlan), device, run)

const cannotSendAs = ({ subject: { name } }: About, why: Say): Say =>
  say(`no packet can be sent as ${name}: ${why.en}`, `无法以 ${name} 的身份发送报文：${why.zh}`)
