import type { Answer, Ask } from './answer.ts'

/**
 * Whoever can answer questions: a live cloud or a recorded one.
 * Never rejects: what could not be asked comes back as an answer with a `failure`. One answer for each ask, in order.
 */
export interface Transport {
  /** When the answers were given, ISO 8601, where that is not now. */
  readonly recordedAt?: string
  readonly ask: (asks: readonly Ask[]) => Promise<readonly Answer[]>
  readonly close: () => Promise<void>
}

/** A question that takes its time, such as a capture. */
export interface Started {
  /** Whether it has begun to look; false where it ended before. */
  readonly ready: Promise<boolean>
  readonly answer: Promise<Answer>
}
/** A transport by which experiments can be made. */
export interface Bench extends Transport {
  /** Asks in a session of its own. It has begun once its standard error holds `sign`. */
  readonly start: (ask: Ask, sign: string) => Started
}

/** The key by which a bundle finds an answer again. */
export const askKey = (ask: Pick<Ask, 'host' | 'argv' | 'pipe'>): string =>
  JSON.stringify([ask.host, ask.argv, ask.pipe ?? []])
