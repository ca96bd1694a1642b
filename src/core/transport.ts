import type { Answer, Ask } from './answer.ts'
import type { SwitchWays } from './ask-the-switch.ts'

/**
 * Whoever can answer questions: a live cloud or a recorded one.
 * Never rejects: what could not be asked comes back as an answer with a `failure`. One answer for each ask, in order.
 */
export interface Transport {
  /** When the answers were given, ISO 8601, where that is not now. */
  readonly recordedAt?: string
  /** A proof among the answers of a recording: it can be made again from them, and nothing is sent. */
  readonly proof?: { readonly run: string; readonly ways?: SwitchWays; readonly bench: Bench }
  readonly ask: (asks: readonly Ask[]) => Promise<readonly Answer[]>
  readonly close: () => Promise<void>
}

/** A command that tells what it hears while it hears it. */
export interface Listening {
  /** Whether it listens; false where it ended before. */
  readonly ready: Promise<boolean>
  /** How it ended. What it wrote is not in it. */
  readonly answer: Promise<Answer>
  /** Hangs up. On the host the command ends when it writes again, or by its own deadline. */
  readonly stop: () => void
}
/** What somebody listens by. */
export interface Hearing {
  /** Stands in standard error once the command listens. */
  readonly sign: string
  /** More of standard output, as it comes. */
  readonly onBytes: (bytes: Uint8Array) => void
}
/** A transport that can also listen. */
export interface Ear extends Transport {
  readonly listen: (ask: Ask, hearing: Hearing) => Listening
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
export const byKey = (answers: readonly Answer[]): ReadonlyMap<string, Answer> =>
  new Map(answers.map((answer) => [askKey(answer.ask), answer]))
