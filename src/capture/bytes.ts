/** Reads numbers of a byte string by their place. Every read is checked: what is not there is `undefined`. */
export interface Bytes {
  readonly length: number
  readonly littleEndian: boolean
  readonly u8: (at: number) => number | undefined
  readonly u16: (at: number) => number | undefined
  readonly u32: (at: number) => number | undefined
  /** Clipped to what is there. */
  readonly slice: (from: number, to?: number) => Uint8Array
}

export function bytesOf(data: Uint8Array, littleEndian = false): Bytes {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const has = (at: number, size: number) => at >= 0 && at + size <= data.length
  return {
    length: data.length,
    littleEndian,
    u8: (at) => (has(at, 1) ? view.getUint8(at) : undefined),
    u16: (at) => (has(at, 2) ? view.getUint16(at, littleEndian) : undefined),
    u32: (at) => (has(at, 4) ? view.getUint32(at, littleEndian) : undefined),
    slice: (from, to) => data.subarray(from, to),
  }
}

export const textOf = (data: Uint8Array): string => new TextDecoder().decode(data).replace(/\0+$/, '')

export const hexOf = (data: Uint8Array): string => Array.from(data, (b) => b.toString(16).padStart(2, '0')).join('')
