import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseFlows } from '../../src/openflow/flow.ts'
import { cases, type Focus, focuses } from './arbitrary.ts'
import { type Ovs, startOvs, whyNoOvs } from './ovs.ts'

/** Random worlds are worth something only where OVS takes them and the harness understands what comes of them. */

const reason = whyNoOvs()
if (reason) console.warn(`skipped: ${reason}`)

const kinds: readonly (readonly [name: string, focus: Focus])[] = Object.entries(focuses)

describe.skipIf(reason !== undefined)('random worlds', () => {
  let ovs: Ovs
  beforeAll(async () => {
    ovs = await startOvs()
  })
  afterAll(() => ovs?.stop())

  test.each(kinds)('about %s are taken and understood', async (_, focus) => {
    const property = fc.asyncProperty(cases(focus, 10), async ({ world, packets }) => {
      expect(await ovs.apply(world)).toEqual([])
      for (const { name } of world.bridges) {
        expect(parseFlows(await ovs.dumpFlows(name), { host: 'h', command: 'c' }).unrecognised).toEqual([])
      }
      for (const { bridge, flow, ctNext } of packets) {
        const traced = await ovs.trace(bridge, flow, ctNext)
        expect(traced.unknown, traced.final).toEqual([])
        expect(traced.matched.length).toBeGreaterThan(0)
      }
    })
    await fc.assert(property, { seed: 1, numRuns: 4, endOnFailure: true })
  })
})
