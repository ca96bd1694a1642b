import { without } from '../../core/answer.ts'
import type { GuestHeard } from '../../core/strangers.ts'
import { type Parsed, problem } from '../../core/probe.ts'
import { askerOf, type Design } from './design.ts'
import type { Looks } from './looks.ts'
import { placesOf } from './routes.ts'

/** Whether the guest answers for its own address, or says anything else that the filter lets pass. */
export function guestOf(design: Design, looks: Looks): Parsed<GuestHeard> {
  const { mac, ip } = design.wanted
  const port = placesOf(design.routes).find((place) => place.station === 'guest port')
  const [device] = port?.devices ?? []
  if (!port || !device || ip === undefined || !askerOf(design))
    return problem('nobody could ask the guest for its address', '无法询问虚拟机的地址')
  const { heard, blind, whole } = looks(device)
  const why = port.blind ?? blind ?? port.doubt
  const cite = ({ at, text }: (typeof heard)[number]) => ({ ...whole, value: at, line: text })
  const own = heard.filter(({ packet }) => packet.eth?.src === mac)
  const asked = heard.filter(({ packet: { arp, eth } }) => arp?.op === 1 && arp.targetIp === ip && eth?.dst === mac)
  if (own.length > 0)
    return { ok: true, fact: { speaks: true, asked: asked.length, because: own.slice(0, 1).map(cite) } }
  if (why) return { ok: false, problem: why }
  const because = [...asked.slice(0, 1).map(cite), without(`frames from ${mac}`, whole)]
  return { ok: true, fact: { speaks: false, asked: asked.length, because } }
}
