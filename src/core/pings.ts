import type { Evidence } from './answer.ts'

/** What a series of pings from one host came to. */
export interface Pings {
  readonly sent: number
  readonly received: number
  /** Of a whole IP packet. Bytes. */
  readonly size: number
  /** The MTU that a packet was too large for, where this host or a router has said so. */
  readonly tooLongFor?: number
  /** Median is not told by ping(8): the average. Microseconds. */
  readonly roundTrip?: number
  readonly source: Evidence
}

/** More than one, and all: what is lost by chance says nothing. */
export const allAnswered = ({ sent, received }: Pings): boolean => sent > 1 && received >= sent
export const noneAnswered = ({ sent, received }: Pings): boolean => sent > 1 && received === 0
