import type { Seen } from './frames.ts'

/** From each request to its reply at one place, by the clock of its host: the median. Microseconds. */
export function roundTripOf(
  requests: readonly Seen[],
  all: readonly Seen[],
  { conversation }: Pick<Seen, 'conversation'>,
): number | undefined {
  const replies = all.filter((s) => s.conversation === conversation && s.direction === 'reply')
  const times = replies
    .flatMap((reply) => {
      const before = requests.filter((request) => request.at <= reply.at).map((request) => reply.at - request.at)
      return before.length > 0 ? [Math.min(...before)] : []
    })
    .toSorted((a, b) => a - b)
  return times[Math.floor(times.length / 2)]
}
