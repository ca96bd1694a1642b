import { spawnSync } from 'node:child_process'
import { parseFlows } from '../../src/openflow/flow.ts'
import { whyNoOvs } from '../../test/oracle/ovs.ts'
import type { LargeTable } from './large-table.ts'
import { alternately, medianOf, type Row } from './measure.ts'
import { withFile } from './scratch.ts'

const origin = { host: 'h', command: 'ovs-ofctl dump-flows br-int' }

/** Our parser and the one that Open vSwitch is built with, on the same file. */
export async function benchParsing({ text, flows }: LargeTable): Promise<readonly Row[]> {
  const ours = () => parseFlows(text, origin)
  const without = whyNoOvs()
  const [parsing, real] = without === undefined ? await againstOvs(text, ours) : [await medianOf(7, ours), undefined]
  return [
    [`parse ${flows} flows, ${(text.length / 1e6).toFixed(1)} MB`, `${parsing.toFixed(0)} ms`, ''],
    ['ovs-ofctl parse-flows', real === undefined ? 'skipped' : `${real.toFixed(0)} ms`, without ?? ''],
    ['speed, as a multiple of it', real === undefined ? 'skipped' : `${(real / parsing).toFixed(2)} ×`, 'at least 1 ×'],
  ]
}

const againstOvs = (text: string, ours: () => unknown) =>
  withFile(text, (file) => alternately(9, ours, () => parseWithOvs(file)))

function parseWithOvs(file: string): void {
  const { status, stderr } = spawnSync('ovs-ofctl', ['-O', 'OpenFlow13', 'parse-flows', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status !== 0) throw new Error(`ovs-ofctl parse-flows: ${stderr.toString()}`)
}
