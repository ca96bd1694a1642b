import { type Answer, originOf, type Reading, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed, problem } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { type IpSets, parseIpsetSave } from '../../netfilter/ipset.ts'
import { parseIptablesSave } from '../../netfilter/parse.ts'
import type { Ruleset } from '../../netfilter/ruleset.ts'
import { hybridPlug } from '../wiring/hybrid-plug.ts'

/** The host's iptables, as far as they concern the frames of a Linux bridge. */
export interface Netfilter {
  readonly rules: Ruleset
  /** Empty where they could not be read: a rule that asks for one is unknown then. */
  readonly sets: IpSets
  /** Whether bridged frames are shown to iptables at all (br_netfilter). */
  readonly bridged: Parsed<Reading<boolean>>
}

/** Asked as root where a VM has the hybrid firewall. */
export const netfilterCommands = { rules: ['iptables-save', '-c'], sets: ['ipset', 'save'] } as const

const KEY = '/proc/sys/net/bridge/bridge-nf-call-iptables'

export const netfilter = hostProbe({
  id: 'netfilter',
  after: { plug: hybridPlug },
  asks: ({ host, prior }) =>
    prior.plug.hybrid
      ? [
          { host, root: true, argv: netfilterCommands.rules, maxBytes: 32 << 20 },
          { host, root: true, argv: netfilterCommands.sets, maxBytes: 16 << 20 },
          { host, argv: ['cat', KEY], okExits: [0, 1] },
        ]
      : [],
  parse: ([rules, sets, bridged]): Parsed<Netfilter> =>
    fromAnswer(rules, (r) => {
      const parsed = parseIptablesSave(r.stdout, originOf(r))
      if (parsed.unrecognised.length > 0)
        return problem(
          `a line of iptables-save was not understood: ${parsed.unrecognised[0]}`,
          `iptables-save 有无法解析的行：${parsed.unrecognised[0]}`,
        )
      if (!parsed.complete) return problem('iptables-save ends without COMMIT', 'iptables-save 输出不完整，没有 COMMIT')
      const read = fromAnswer(sets, (s) => fact(parseIpsetSave(s.stdout)))
      return fact({
        rules: parsed,
        sets: read.ok ? read.fact : new Map(),
        bridged: fromAnswer(bridged, parseSwitch),
      })
    }),
})

/** Without br_netfilter there is no such key. */
function parseSwitch(answer: Answer): Parsed<Reading<boolean>> {
  const origin = originOf(answer)
  const value = linesOf(answer.stdout)[0]
  if (value === '0' || value === '1') return fact(reading(value === '1', value, origin))
  const missing = linesOf(answer.stderr).find((line) => line.includes('No such file'))
  return missing
    ? fact(reading(false, missing, origin))
    : problem('bridge-nf-call-iptables is neither 0 nor 1', 'bridge-nf-call-iptables 不是 0 也不是 1')
}
