import { readdirSync } from 'node:fs'
import { diagnose } from '../src/app.ts'
import { readBundle } from '../src/hosts/bundle.ts'
import { replay } from '../src/hosts/replay.ts'
import { parseFlows } from '../src/openflow/flow.ts'

/** `npm run bench`: times of one run on one machine. Compare the ratios, not the milliseconds. */

const folder = new URL('../test/bundles/', import.meta.url)
const bundles = await Promise.all(readdirSync(folder).map((name) => readBundle(new URL(name, folder).pathname)))

async function timed(rounds: number, work: () => unknown): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN
}

const dump =
  bundles.flatMap((b) => b.answers).find((a) => a.ask.argv.includes('dump-flows') && a.stdout.length > 10_000)
    ?.stdout ?? ''
const many = dump.repeat(200)
const lines = many.split('\n').length
const splitting = await timed(5, () => many.split('\n').map((line) => line.split(',')))
const parsing = await timed(5, () => parseFlows(many, { host: 'h', command: 'c' }))
console.log(
  `flows: ${lines} lines, parse ${parsing.toFixed(0)} ms, ${(parsing / splitting).toFixed(1)} × splitting them at commas`,
)

const reading = await timed(20, () => readBundle(new URL('healthy.oldhand', folder).pathname))
const healthy = bundles.find((b) => 'vm' in b.asked)
const judging = await timed(20, () => healthy && diagnose(healthy.asked, replay(healthy)))
console.log(`diagnosis of a bundle: ${judging.toFixed(1)} ms, ${(judging / reading).toFixed(1)} × reading it`)
