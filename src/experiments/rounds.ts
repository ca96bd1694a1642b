import type { Answer, Ask } from '../core/answer.ts'
import type { Bench } from '../core/transport.ts'

/** Between two rounds. A `sleep` that knows no fractions refuses, and they follow at once. */
const PAUSE_S = '0.25'

/** Round after round in one session of a host, so that the time between them does not depend on the way there. */
export async function sendRounds(
  host: string,
  rounds: readonly (readonly Ask[])[],
  bench: Bench,
): Promise<readonly Answer[]> {
  const pauses = rounds.map((_, i) => (i === 0 ? [] : [{ host, argv: ['sleep', PAUSE_S], okExits: [0, 1] }]))
  const answers = await bench.ask(rounds.flatMap((asks, i) => [...(pauses[i] ?? []), ...asks]))
  return answers.filter((answer) => answer.ask.argv[0] !== 'sleep')
}
