import type { Say } from '../core/lang.ts'

/** One captured frame. */
export interface Frame {
  /** Nanoseconds since 1970, by the clock of the host that captured it. */
  readonly time: bigint
  /** Where it was captured (`comp1/tap3c2abf01-b4`), as the file says it; '' where it does not. */
  readonly interface: string
  /** LINKTYPE_ number of the file: 1 is Ethernet. */
  readonly linkType: number
  /** What was captured, from the link layer on. */
  readonly bytes: Uint8Array
  /** Bytes on the wire: more than `bytes` where the snap length cut it. */
  readonly length: number
  /** As seen by the interface, where the file says it: `in` was received by it. */
  readonly direction?: 'in' | 'out'
  readonly comment?: string
}

/** Where frames were captured: one interface block of a pcapng file. */
export interface Hop {
  readonly name: string
  readonly comment?: string
  readonly frames: readonly Frame[]
}

/** What a capture file held. */
export interface Capture {
  /** In the order of the file. */
  readonly frames: readonly Frame[]
  /** Every interface that the file names, also one at which nothing was seen. */
  readonly interfaces: readonly string[]
  /** Why the file could not be read to its end. The frames before that place are there. */
  readonly problem?: Say
}

export const ETHERNET = 1
