import { ETHERNET, type Frame, type Hop } from './frame.ts'
import { BLOCK, OPTION, SECTION_MAGIC } from './pcapng-format.ts'

/**
 * A pcapng file with one interface for each hop, also for one that saw nothing, its frames in order of time.
 * Any tool opens it.
 */
export function writeCapture(hops: readonly Hop[], comment?: string): Uint8Array {
  const frames = hops.flatMap((hop, index) => hop.frames.map((frame) => ({ index, frame })))
  frames.sort((a, b) => (a.frame.time < b.frame.time ? -1 : a.frame.time > b.frame.time ? 1 : 0))
  return concat([
    sectionBlock(comment),
    ...hops.map(interfaceBlock),
    ...frames.map(({ index, frame }) => packetBlock(index, frame)),
  ])
}

const sectionBlock = (comment: string | undefined): Uint8Array =>
  block(
    BLOCK.section,
    // Version 1.0, and a section of unknown length.
    numbers([4, SECTION_MAGIC], [2, 1], [2, 0], [4, 0xffffffff], [4, 0xffffffff]),
    options([OPTION.comment, comment], [OPTION.application, 'Oldhand']),
  )

const interfaceBlock = ({ name, comment, frames }: Hop): Uint8Array =>
  block(
    BLOCK.interface,
    numbers([2, frames[0]?.linkType ?? ETHERNET], [2, 0], [4, 0]),
    options([OPTION.comment, comment], [OPTION.name, name], [OPTION.resolution, new Uint8Array([9])]),
  )

function packetBlock(index: number, { time, bytes, length, direction, comment }: Frame): Uint8Array {
  const flags = direction === undefined ? undefined : numbers([4, direction === 'in' ? 1 : 2])
  const [high, low] = [Number(time >> 32n), Number(time & 0xffffffffn)]
  return block(
    BLOCK.packet,
    numbers([4, index], [4, high], [4, low], [4, bytes.length], [4, length]),
    padded(bytes),
    options([OPTION.comment, comment], [OPTION.flags, flags]),
  )
}

function block(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(parts)
  const length = body.length + 12
  return concat([numbers([4, type], [4, length]), body, numbers([4, length])])
}

function options(...all: readonly (readonly [number, string | Uint8Array | undefined])[]): Uint8Array {
  const parts = all.flatMap(([code, value]) => {
    if (value === undefined) return []
    const data = typeof value === 'string' ? new TextEncoder().encode(value).subarray(0, 0xffff) : value
    return [numbers([2, code], [2, data.length]), padded(data)]
  })
  return parts.length === 0 ? new Uint8Array() : concat([...parts, numbers([2, 0], [2, 0])])
}

/** Little-endian; each as size and value. */
function numbers(...all: readonly (readonly [2 | 4, number])[]): Uint8Array {
  const data = new Uint8Array(all.reduce((sum, [size]) => sum + size, 0))
  const view = new DataView(data.buffer)
  let at = 0
  for (const [size, value] of all) {
    if (size === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
    at += size
  }
  return data
}

const padded = (data: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(Math.ceil(data.length / 4) * 4)
  whole.set(data)
  return whole
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
