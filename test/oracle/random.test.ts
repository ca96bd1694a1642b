import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compare, isSure } from './agree.ts'
import { type Case, cases, type Focus, focuses } from './arbitrary.ts'
import { readSwitch } from './ours.ts'
import { type DumpOptions, type Ovs, startOvs, whyNoOvs } from './ovs.ts'

/** Random flow tables and packets: our trace meets the flows that Open vSwitch's own meets, and sends what it sends. */

const reason = whyNoOvs()
if (reason) console.warn(`skipped: ${reason}`)

const WORLDS = Number(process.env['OLDHAND_WORLDS'] ?? 25)
const PACKETS = 20
/** The same worlds each time; another number makes others. */
const SEED = Number(process.env['OLDHAND_SEED'] ?? 20261125)
/** Every spelling that a dump can have. */
const SPELLINGS: readonly DumpOptions[] = [
  { openflow: 'OpenFlow15' },
  { openflow: 'OpenFlow13', names: true },
  { openflow: 'OpenFlow15', stats: false },
]

describe.skipIf(reason !== undefined)('the same as ofproto/trace', () => {
  let ovs: Ovs
  beforeAll(async () => {
    ovs = await startOvs()
  })
  afterAll(() => ovs?.stop())

  test.each(Object.entries<Focus>(focuses))(
    '%s',
    async (_, focus) => {
      let [compared, unsure] = [0, 0]
      await fc.assert(
        fc.asyncProperty(
          cases(focus, PACKETS),
          fc.constantFrom(...SPELLINGS),
          async ({ world, packets }: Case, spelling) => {
            await ovs.apply(world)
            const bridges = await readSwitch(ovs, world, spelling)
            for (const packet of packets) {
              const real = await ovs.trace(packet.bridge, packet.flow, packet.ctNext)
              const { ours, expected, got } = compare(bridges, real, packet)
              if (isSure(ours)) compared++
              else unsure++
              if (isSure(ours)) expect(got, `${packet.flow}\n${real.final}`).toEqual(expected)
            }
          },
        ),
        { numRuns: WORLDS, seed: SEED },
      )
      // A tracer that is never sure would agree with anything.
      expect(unsure).toBeLessThan(compared / 5)
    },
    300_000,
  )
})
