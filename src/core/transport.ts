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

/** The key by which a bundle finds an answer again. */
export const askKey = (ask: Pick<Ask, 'host' | 'argv' | 'pipe'>): string =>
  JSON.stringify([ask.host, ask.argv, ask.pipe ?? []])
