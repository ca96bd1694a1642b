import { decode } from '../../capture/decode/decode.ts'
import type { Frame } from '../../capture/frame.ts'
import { oneLine } from '../evidence.ts'
import type { Pen } from '../pen.ts'
import { clip, pad, widthOf } from '../text.ts'
import { packetWords } from './words.ts'

const arrows = { in: '←', out: '→', unknown: ' ' } as const

/** Frames as lines: when, where, which way (← received by the interface), who sent it, VLAN, what. */
export function frameRows(frames: readonly Frame[], pen: Pen): readonly string[] {
  const names = frames.map((frame) => oneLine(frame.interface))
  const width = Math.max(0, ...names.map((name) => widthOf(name)))
  const directed = frames.some(({ direction }) => direction !== undefined)
  return frames.map((frame, i) => {
    const packet = decode(frame)
    const { eth } = packet
    const vlans = (eth?.vlans ?? []).map((vlan) => `VLAN ${vlan}  `).join('')
    const where = width === 0 ? '' : `${pad(names[i] ?? '', width)}  `
    const way = directed ? `${arrows[frame.direction ?? 'unknown']} ` : ''
    const macs = eth?.dst !== undefined && pen.verbose ? `${eth.src} → ${eth.dst}` : (eth?.src ?? '-')
    const text = `${timeOfDay(frame.time)}  ${where}${way}${macs}  ${vlans}${oneLine(pen.tell(packetWords(packet)))}`
    return pen.verbose ? text : clip(text, pen.width)
  })
}

/** Local time, to the microsecond. */
function timeOfDay(time: bigint): string {
  const at = new Date(Number(time / 1_000_000n))
  const two = (n: number) => String(n).padStart(2, '0')
  const micros = String((time / 1000n) % 1_000_000n).padStart(6, '0')
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${micros}`
}
