import { parseArgs } from 'node:util'
import { benchCloud } from './bench/cloud.ts'
import { benchDiagnosis } from './bench/diagnosis.ts'
import { largeTable } from './bench/large-table.ts'
import { printRows } from './bench/measure.ts'
import { benchMemory } from './bench/memory.ts'
import { benchParsing } from './bench/parsing.ts'
import { benchGrowth, benchTracing } from './bench/tracing.ts'

/**
 * `npm run bench`: times of one run on one machine. Compare the ratios, not the milliseconds.
 * `npm run bench -- --cloud 1000`: only the cloud, of so many hosts.
 */

const PORTS = 1300

async function benchAll(): Promise<void> {
  const table = largeTable(PORTS)
  printRows('Parsing', [...(await benchParsing(table)), ...(await benchMemory(table))])
  printRows('Tracing', await benchTracing(table))
  printRows('Tracing, the larger the table', await benchGrowth([16, 160, PORTS, 6560]))
  printRows('Diagnosis', await benchDiagnosis())
  printRows('A cloud', await benchCloud(100))
}

const { cloud } = parseArgs({ options: { cloud: { type: 'string' } } }).values
if (cloud === undefined) await benchAll()
else printRows('A cloud', await benchCloud(Number(cloud)))
