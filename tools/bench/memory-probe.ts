import { readFileSync } from 'node:fs'
import { parseFlows } from '../../src/openflow/flow.ts'

/** Prints how much memory the flows of a file keep and took at most, as multiples of its text, which is counted too. */

const collect = globalThis.gc ?? (() => undefined)
const used = () => process.memoryUsage().heapUsed + process.memoryUsage().external
const peak = () => process.resourceUsage().maxRSS * 1024

// What the parser's code takes is there before.
parseFlows('', { host: '', command: '' })
collect()
const before = { used: used(), peak: peak() }
const text = readFileSync(process.argv[2] ?? '', 'utf8')
const parsed = parseFlows(text, { host: 'h', command: 'c' })
const most = peak() - before.peak
collect()
const kept = used() - before.used
console.log(`${(kept / text.length).toFixed(1)} ${(most / text.length).toFixed(1)}`)
if (parsed.flows.length === 0) throw new Error('nothing was parsed')
