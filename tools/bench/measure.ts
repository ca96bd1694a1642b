/** Times, told as ratios: a machine that is busy with other things slows down both sides. */

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

/** Milliseconds that a piece of work takes. */
export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

export async function medianOf(rounds: number, work: () => unknown): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < rounds; i++) times.push(await timed(work))
  return median(times)
}

/** Two things in turn, so that what else the machine does meets both: the median of each. */
export async function alternately(
  rounds: number,
  first: () => unknown,
  second: () => unknown,
): Promise<readonly [number, number]> {
  const times: [number[], number[]] = [[], []]
  for (let i = 0; i < rounds; i++) {
    times[0].push(await timed(first))
    times[1].push(await timed(second))
  }
  return [median(times[0]), median(times[1])]
}

/** A row of the table that is printed: what, how much, and what was asked of it. */
export type Row = readonly [what: string, figure: string, aim: string]

export function printRows(title: string, rows: readonly Row[]): void {
  const widths = [0, 1].map((i) => Math.max(...rows.map((row) => (row[i] ?? '').length)))
  console.log(title)
  for (const [what, figure, aim] of rows)
    console.log(`  ${what.padEnd(widths[0] ?? 0)}  ${figure.padEnd(widths[1] ?? 0)}  ${aim}`.trimEnd())
}
