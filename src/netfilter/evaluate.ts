import type { Reading } from '../core/answer.ts'
import type { IpSets } from './ipset.ts'
import { matchesRule } from './match.ts'
import type { Packet } from './packet.ts'
import type { Chain, Rule, Ruleset, Table } from './ruleset.ts'

/** What a chain does with a packet. */
export type Fate =
  | {
      readonly is: 'accept' | 'drop'
      /** The rule that decided; absent where a policy did, or nothing. */
      readonly rule?: Rule
      readonly chain?: Chain
      /** Its line: the rule's, or that of the chain whose policy it is. */
      readonly source: Reading<string>
      /** Every rule that matched, in order. */
      readonly path: readonly Rule[]
    }
  /** A rule that may decide, and of which nobody can say whether it matches. */
  | { readonly is: 'unknown'; readonly rule: Rule; readonly path: readonly Rule[] }

interface Walk {
  readonly table: Table
  readonly packet: Packet
  readonly sets: IpSets
  /** Branches that may still be taken: rules that cannot be judged double the ways. */
  left: number
}
/** Where a packet stands: the rule to look at, and what is to be done when its chain ends. */
interface Position {
  readonly chain: Chain
  readonly at: number
  readonly caller?: Position
}

const BRANCHES = 200
/** Deeper, and the kernel would have refused the rules as a loop. */
const DEPTH = 64

/** What one table does with a packet in one of its built-in chains; `undefined` where it has no such chain. */
export function evaluate(
  rules: Ruleset,
  where: { readonly table: string; readonly chain: string },
  about: { readonly packet: Packet; readonly sets: IpSets },
): Fate | undefined {
  const table = rules.tables.get(where.table)
  const chain = table?.chains.get(where.chain)
  if (!table || !chain) return undefined
  return walk({ chain, at: 0 }, [], { table, ...about, left: BRANCHES })
}

function walk(from: Position, passed: readonly Rule[], w: Walk): Fate {
  let here = from
  const path = [...passed]
  for (;;) {
    const rule = here.chain.rules[here.at]
    if (!rule) {
      if (!here.caller) return byPolicy(here.chain, path)
      here = here.caller
      continue
    }
    const is = matchesRule(rule, w.packet, w.sets)
    const after: Position = { ...here, at: here.at + 1 }
    if (is === 'unknown' && !isHarmless(rule)) return either(rule, after, path, w)
    if (is === 'yes') path.push(rule)
    const next = is === 'yes' ? taken(rule, after, path, w) : after
    if ('is' in next) return next
    here = next
  }
}

/** Both ways: where they come to the same, it does not matter which. */
function either(rule: Rule, after: Position, path: readonly Rule[], w: Walk): Fate {
  const unknown: Fate = { is: 'unknown', rule, path }
  if (w.left-- <= 0) return unknown
  const next = taken(rule, after, [...path, rule], w)
  const yes = 'is' in next ? next : walk(next, [...path, rule], w)
  const no = walk(after, path, w)
  if (yes.is === 'unknown' || no.is === 'unknown' || yes.is !== no.is) return unknown
  return no
}

/** Where a rule that matched sends the packet. */
function taken(rule: Rule, after: Position, path: readonly Rule[], w: Walk): Position | Fate {
  const { target } = rule
  if (!target || goesOn.has(target.name)) return after
  const verdict = verdicts[target.name]
  if (verdict) return { is: verdict, rule, source: rule.source, path }
  if (target.name === 'RETURN') return after.caller ?? { chain: after.chain, at: after.chain.rules.length }
  const chain = w.table.chains.get(target.name)
  const caller = target.goto ? after.caller : after
  if (!chain || depthOf(caller) > DEPTH) return { is: 'unknown', rule, path }
  // A `goto` out of a built-in chain ends in that chain's policy.
  return { chain, at: 0, ...(caller ? { caller } : { caller: { chain: after.chain, at: after.chain.rules.length } }) }
}

const byPolicy = (chain: Chain, path: readonly Rule[]): Fate => ({
  is: chain.policy === 'DROP' ? 'drop' : 'accept',
  chain,
  source: chain.source,
  path,
})

const depthOf = (position: Position | undefined): number => (position ? 1 + depthOf(position.caller) : 0)

const verdicts: Readonly<Record<string, 'accept' | 'drop'>> = { ACCEPT: 'accept', DROP: 'drop', REJECT: 'drop' }
/** Targets after which the next rule is looked at (iptables-extensions(8)). */
const goesOn = new Set([
  ...[
    'LOG',
    'NFLOG',
    'ULOG',
    'TRACE',
    'AUDIT',
    'CT',
    'NOTRACK',
    'CHECKSUM',
    'TCPMSS',
    'CLASSIFY',
    'SET',
    'DSCP',
    'TOS',
  ],
  ...['MARK', 'CONNMARK', 'CONNSECMARK', 'SECMARK', 'TTL', 'IDLETIMER', 'LED', 'RATEEST', 'ECN'],
])
const isHarmless = (rule: Rule) => !rule.target || goesOn.has(rule.target.name)
