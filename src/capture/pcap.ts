import { say } from '../core/lang.ts'
import { type Bytes, bytesOf } from './bytes.ts'
import type { Capture, Frame } from './frame.ts'

/** How a classic capture file begins, as bytes: its byte order, and how many nanoseconds a unit of its time has. */
const magics: Readonly<Record<string, { readonly littleEndian: boolean; readonly unit: bigint }>> = {
  d4c3b2a1: { littleEndian: true, unit: 1000n },
  a1b2c3d4: { littleEndian: false, unit: 1000n },
  '4d3cb2a1': { littleEndian: true, unit: 1n },
  a1b23c4d: { littleEndian: false, unit: 1n },
}
const HEADER = 24
const RECORD = 16
/** No interface gives a longer frame: such a length is damage. Unit: bytes. */
const MAX_FRAME = 1 << 20

export const isPcap = (magic: string): boolean => magic in magics

/** A classic pcap file; `magic` is its first four bytes in hexadecimal. */
export function readPcap(data: Uint8Array, magic: string): Capture {
  const { littleEndian, unit } = magics[magic] ?? { littleEndian: true, unit: 1000n }
  const bytes = bytesOf(data, littleEndian)
  const link = bytes.u32(20)
  if (link === undefined) return { frames: [], interfaces: [], problem: cutAt(data.length) }
  const frames: Frame[] = []
  for (let at = HEADER; at < bytes.length; ) {
    const frame = recordAt(bytes, at, link & 0xffff, unit)
    if (frame === undefined) return { frames, interfaces: [''], problem: cutAt(at) }
    frames.push(frame)
    at += RECORD + frame.bytes.length
  }
  return { frames, interfaces: [''] }
}

function recordAt(bytes: Bytes, at: number, linkType: number, unit: bigint): Frame | undefined {
  const [seconds, parts, captured, length] = [0, 4, 8, 12].map((offset) => bytes.u32(at + offset))
  if (seconds === undefined || parts === undefined || captured === undefined || length === undefined) return undefined
  if (captured > MAX_FRAME || at + RECORD + captured > bytes.length) return undefined
  return {
    time: BigInt(seconds) * 1_000_000_000n + BigInt(parts) * unit,
    interface: '',
    linkType,
    bytes: bytes.slice(at + RECORD, at + RECORD + captured),
    length,
  }
}

/** A capture that was stopped in the middle of a write ends in half a record. */
export const cutAt = (at: number) =>
  say(`the file is cut or damaged at byte ${at}`, `文件在第 ${at} 字节处被截断或损坏`)
