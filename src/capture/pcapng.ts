import { say } from '../core/lang.ts'
import { type Bytes, bytesOf, textOf } from './bytes.ts'
import type { Capture, Frame } from './frame.ts'
import { BLOCK, OPTION, SECTION_MAGIC } from './pcapng-format.ts'
import { cutAt } from './pcap.ts'

interface Interface {
  readonly name: string
  readonly linkType: number
  readonly snapLength: number
  /** Units of its time in a second. */
  readonly perSecond: bigint
  /** Seconds. */
  readonly offset: bigint
}

/** A pcapng file of any number of sections; blocks of unknown kinds are passed over. */
export function readPcapng(data: Uint8Array): Capture {
  const frames: Frame[] = []
  const names: string[] = []
  const end = (problem?: Capture['problem']): Capture => ({
    frames,
    interfaces: [...new Set(names)],
    ...(problem === undefined ? {} : { problem }),
  })
  let interfaces: Interface[] = []
  let bytes = bytesOf(data)
  for (let at = 0; at < data.length; ) {
    if (bytes.u32(at) === BLOCK.section) {
      const littleEndian = orderOf(data, at)
      if (littleEndian === undefined) return end(cutAt(at))
      bytes = bytesOf(data, littleEndian)
      interfaces = []
    }
    const [type, length] = [bytes.u32(at), bytes.u32(at + 4)]
    if (type === undefined || length === undefined || length < 12 || at + length > data.length) return end(cutAt(at))
    const block = bytesOf(bytes.slice(at + 8, at + length - 4), bytes.littleEndian)
    if (type === BLOCK.interface) {
      const found = interfaceOf(block)
      if (found === undefined) return end(cutAt(at))
      interfaces.push(found)
      names.push(found.name)
    } else if (type in packets) {
      const frame = packets[type]?.(block, interfaces)
      if (frame === undefined) return end(unreadable(at))
      frames.push(frame)
    }
    at += Math.ceil(length / 4) * 4
  }
  return end()
}

function orderOf(data: Uint8Array, at: number): boolean | undefined {
  const magic = bytesOf(data).u32(at + 8)
  if (magic === SECTION_MAGIC) return false
  return bytesOf(data, true).u32(at + 8) === SECTION_MAGIC ? true : undefined
}

function interfaceOf(block: Bytes): Interface | undefined {
  const [linkType, snapLength] = [block.u16(0), block.u32(4)]
  if (linkType === undefined || snapLength === undefined) return undefined
  const options = optionsAt(block, 8)
  const name = options.get(OPTION.name) ?? options.get(OPTION.description)
  const resolution = options.get(OPTION.resolution)?.[0] ?? 6
  const offset = options.get(OPTION.offset)
  return {
    name: name === undefined ? '' : textOf(name),
    linkType,
    snapLength,
    perSecond: resolution & 0x80 ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution),
    offset: offset === undefined ? 0n : signed64(offset, block.littleEndian),
  }
}

type ReadPacket = (block: Bytes, interfaces: readonly Interface[]) => Frame | undefined

const packets: Readonly<Record<number, ReadPacket>> = {
  [BLOCK.packet]: (block, interfaces) => packetOf(block, interfaces[block.u32(0) ?? -1]),
  // Before there were enhanced packet blocks: a short interface and a count of drops stood in the first word.
  [BLOCK.oldPacket]: (block, interfaces) => packetOf(block, interfaces[block.u16(0) ?? -1]),
  [BLOCK.simplePacket]: (block, interfaces) => {
    const [at, length] = [interfaces[0], block.u32(0)]
    if (at === undefined || length === undefined) return undefined
    const captured = Math.min(length, at.snapLength || length)
    if (4 + captured > block.length) return undefined
    return { time: 0n, interface: at.name, linkType: at.linkType, bytes: block.slice(4, 4 + captured), length }
  },
}

function packetOf(block: Bytes, at: Interface | undefined): Frame | undefined {
  const [high, low, captured, length] = [4, 8, 12, 16].map((offset) => block.u32(offset))
  if (at === undefined || high === undefined || low === undefined) return undefined
  if (captured === undefined || length === undefined || 20 + captured > block.length) return undefined
  const options = optionsAt(block, 20 + Math.ceil(captured / 4) * 4)
  const direction = directionOf(options.get(OPTION.flags), block.littleEndian)
  const comment = options.get(OPTION.comment)
  return {
    time: nanoseconds((BigInt(high) << 32n) | BigInt(low), at),
    interface: at.name,
    linkType: at.linkType,
    bytes: block.slice(20, 20 + captured),
    length,
    ...(direction === undefined ? {} : { direction }),
    ...(comment === undefined ? {} : { comment: textOf(comment) }),
  }
}

const nanoseconds = (units: bigint, { perSecond, offset }: Interface) =>
  offset * 1_000_000_000n + (units * 1_000_000_000n) / perSecond

function directionOf(flags: Uint8Array | undefined, littleEndian: boolean): Frame['direction'] {
  const word = flags === undefined ? undefined : bytesOf(flags, littleEndian).u32(0)
  return ([undefined, 'in', 'out'] as const)[(word ?? 0) & 3]
}

type Options = ReadonlyMap<number, Uint8Array>

/** The first of each kind. */
function optionsAt(block: Bytes, from: number): Options {
  const options = new Map<number, Uint8Array>()
  for (let at = from; ; ) {
    const [code, length] = [block.u16(at), block.u16(at + 2)]
    if (!code || length === undefined || at + 4 + length > block.length) return options
    if (!options.has(code)) options.set(code, block.slice(at + 4, at + 4 + length))
    at += 4 + Math.ceil(length / 4) * 4
  }
}

function signed64(data: Uint8Array, littleEndian: boolean): bigint {
  if (data.length < 8) return 0n
  return new DataView(data.buffer, data.byteOffset, 8).getBigInt64(0, littleEndian)
}

const unreadable = (at: number) =>
  say(`the block at byte ${at} is no packet that can be read`, `第 ${at} 字节处的报文块无法读取`)
