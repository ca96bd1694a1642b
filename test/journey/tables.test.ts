import { expect, test } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { diagnose } from '../../src/app.ts'
import { type Bundle, readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'

/** What the tables do with the VM's packets, whatever the causes know. */

const healthy = await readBundle(new URL('../bundles/healthy.oldhand', import.meta.url).pathname)

async function verdictOf(bundle: Bundle) {
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis
}

/** A flow as the agent makes them, cookie and all, that no cause knows. */
function withFlow(bundle: Bundle, bridge: string, flow: string): Bundle {
  const add = (answer: Answer): Answer => {
    const isDump =
      answer.ask.host === 'comp1' && answer.ask.argv.includes('dump-flows') && answer.ask.argv.at(-1) === bridge
    const cookie = /table=23,.*/.test(answer.stdout)
      ? /cookie=(\w+), duration=[^\n]*table=23,/.exec(answer.stdout)?.[1]
      : undefined
    if (!isDump) return answer
    const own = cookie ?? /cookie=(\w+),[^\n]*priority=0 /.exec(answer.stdout)?.[1] ?? '0x0'
    return { ...answer, stdout: `${answer.stdout} cookie=${own}, duration=5000.1s, table=${flow}\n` }
  }
  return { ...bundle, answers: bundle.answers.map(add) }
}

test('a flow that no cause knows drops the request: nobody is called healthy, and the flow is shown', async () => {
  const broken = withFlow(
    healthy,
    'br-int',
    '73, n_packets=0, n_bytes=0, idle_age=9, priority=200,udp,tp_dst=67 actions=drop',
  )
  const { verdict, journey } = await verdictOf(broken)
  expect(verdict).not.toBe('healthy')
  const hop = journey[0]?.hops.find(({ name }) => name === 'br-int')
  expect(hop).toMatchObject({ host: 'comp1', status: 'unknown' })
  expect(hop?.missing?.en).toContain('priority=200,udp,tp_dst=67 actions=drop')
  expect(hop?.because.some(({ line }) => line.includes('priority=200'))).toBe(true)
})

test('a flow that only touches other packets changes nothing', async () => {
  const other = withFlow(
    healthy,
    'br-int',
    '73, n_packets=0, n_bytes=0, idle_age=9, priority=200,udp,tp_dst=53 actions=drop',
  )
  expect((await verdictOf(other)).verdict).toBe((await verdictOf(healthy)).verdict)
})
