import type { Answer, Ask } from '../core/answer.ts'
import type { Bench } from '../core/transport.ts'

/** Between two rounds. A `sleep` that knows no fractions refuses, and they follow at once. */
const PAUSE_S = '0.25'

/** Round after round, every host in one session, so that the time between them does not depend on the way there. */
export async function sendRounds(rounds: readonly (readonly Ask[])[], bench: Bench): Promise<readonly Answer[]> {
  const answers = await bench.ask(rounds.flatMap((asks, i) => [...(i === 0 ? [] : pauses(asks)), ...asks]))
  return answers.filter((answer) => answer.ask.argv[0] !== 'sleep')
}

const pauses = (asks: readonly Ask[]): readonly Ask[] =>
  [...new Set(asks.map(({ host }) => host))].map((host) => ({ host, argv: ['sleep', PAUSE_S], okExits: [0, 1] }))
