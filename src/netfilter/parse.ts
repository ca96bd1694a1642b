import { type Origin, type Reading, reading } from '../core/answer.ts'
import { integer, linesOf } from '../core/scan.ts'
import type { Chain, Counters, Rule, Ruleset, Table } from './ruleset.ts'
import { parseWords } from './words.ts'

interface OpenTable {
  readonly name: string
  readonly chains: Map<string, Omit<Chain, 'rules'> & { readonly rules: Rule[] }>
}

/** Total: any text gives a ruleset; what is not `iptables-save`'s is in `unrecognised`. */
export function parseIptablesSave(text: string, origin: Origin): Ruleset {
  const tables = new Map<string, OpenTable>()
  const unrecognised: string[] = []
  let elsewhere: Reading<string> | undefined
  let table: OpenTable | undefined
  for (const line of linesOf(text)) {
    if (/^# Warning: .*tables present/.test(line)) elsewhere = reading(line, line, origin)
    if (line === 'COMMIT') table = undefined
    if (line.startsWith('#') || line === 'COMMIT') continue
    const opened = /^\*(\w+)\s*$/.exec(line)?.[1]
    if (opened !== undefined) {
      table = tables.get(opened) ?? { name: opened, chains: new Map() }
      tables.set(opened, table)
    } else if (!table || !addLine(table, line, origin)) unrecognised.push(line)
  }
  const first = linesOf(text)[0] ?? ''
  return {
    tables: tables as ReadonlyMap<string, Table>,
    unrecognised,
    complete: table === undefined,
    ...(elsewhere ? { elsewhere } : {}),
    whole: reading(first, first, origin),
  }
}

function addLine(table: OpenTable, line: string, origin: Origin): boolean {
  const chain = parseChain(line, origin)
  if (chain) {
    table.chains.set(chain.name, { ...chain, rules: [] })
    return true
  }
  const rule = parseRule(line, origin)
  const rules = rule && table.chains.get(rule.chain)?.rules
  if (!rule || !rules) return false
  rules.push(rule)
  return true
}

/** `:FORWARD ACCEPT [0:0]` */
function parseChain(line: string, origin: Origin): Omit<Chain, 'rules'> | undefined {
  const [, name, policy = '-', packets, bytes] = /^:(\S+) (\S+)(?: \[(\d+):(\d+)\])?\s*$/.exec(line) ?? []
  if (name === undefined) return undefined
  return {
    name,
    ...(policy === '-' ? {} : { policy }),
    ...countersOf(packets, bytes),
    source: reading(line, line, origin),
  }
}

/** `[13:4144] -A FORWARD -m physdev --physdev-out tap1 --physdev-is-bridged -j DROP` */
export function parseRule(line: string, origin: Origin): Rule | undefined {
  const [, packets, bytes, chain, rest] = /^(?:\[(\d+):(\d+)\] )?-A (\S+)(?: (.*))?$/.exec(line) ?? []
  if (chain === undefined) return undefined
  const parts = parseWords(rest ?? '')
  if (!parts) return undefined
  return { chain, ...countersOf(packets, bytes), ...parts, source: reading(line.trim(), line.trim(), origin) }
}

function countersOf(packets: string | undefined, bytes: string | undefined): { readonly counters?: Counters } {
  const [p, b] = [integer(packets), integer(bytes)]
  return p === undefined || b === undefined ? {} : { counters: { packets: p, bytes: b } }
}
