import { say } from '../../core/lang.ts'
import { fact, problem } from '../../core/probe.ts'
import { type Flow, parseFlows } from '../../openflow/flow.ts'
import { effectsOf, matchKey } from '../../openflow/sameness.ts'
import { isName } from './names.ts'
import type { Kind, Operation } from './operation.ts'

const DUMP_MAX = 32 << 20

/** `ovs-ofctl add-flow BRIDGE FLOW` */
export const addFlow: Kind = ([program, verb, bridge, text, ...more]) => {
  if (program !== 'ovs-ofctl' || verb !== 'add-flow' || more.length > 0) return undefined
  const wanted = flowOf(text)
  if (!isName(bridge) || wanted === undefined) return undefined
  return {
    touches: say(`one flow of ${bridge}, table ${wanted.table}`, `${bridge} 表 ${wanted.table} 中的一条流表`),
    ...reading(bridge, (flow) => isSameRule(flow, wanted)),
    isDone: (now) => now !== '' && effect(flowOf(now)) === effect(wanted),
    undo: (before) =>
      before === ''
        ? ['ovs-ofctl', '--strict', 'del-flows', bridge, `cookie=${wanted.cookie}/-1,${ruleOf(asTyped(wanted))}`]
        : ['ovs-ofctl', 'add-flow', bridge, before],
  }
}

/** `ovs-ofctl --strict del-flows BRIDGE RULE`: one flow alone, with the cookie that the rule names. */
export const deleteFlow: Kind = ([program, strict, verb, bridge, rule, ...more]) => {
  if (program !== 'ovs-ofctl' || strict !== '--strict' || verb !== 'del-flows' || more.length > 0) return undefined
  if (!isName(bridge) || rule === undefined) return undefined
  const gone = flowOf(`${rule.replace(/\/-1,/, ',')},actions=drop`)
  if (!gone) return undefined
  const anyCookie = !rule.startsWith('cookie=')
  return {
    touches: say(`one flow of ${bridge}, table ${gone.table}`, `${bridge} 表 ${gone.table} 中的一条流表`),
    ...reading(bridge, (flow) => isSameRule(flow, gone) && (anyCookie || flow.cookie === gone.cookie)),
    isDone: (now) => now === '',
    undo: (before) => (before === '' ? undefined : ['ovs-ofctl', 'add-flow', bridge, before]),
  }
}

/** The flows of a bridge that the operation is about: one at most, for a table has no rule twice. */
const reading = (bridge: string, isMine: (flow: Flow) => boolean): Pick<Operation, 'looks' | 'state'> => ({
  looks: [{ root: true, argv: ['ovs-ofctl', '--timeout=8', 'dump-flows', bridge], maxBytes: DUMP_MAX }],
  state: ([text = '']) => {
    const { flows, unrecognised } = parseFlows(text, { host: '', command: '' })
    const strange = unrecognised[0]
    if (strange !== undefined)
      return problem(`not understood: ${strange.slice(0, 80)}`, `看不懂：${strange.slice(0, 80)}`)
    return fact(flows.filter(isMine).map(asTyped).join('\n'))
  },
})

/** A flow as somebody types it; `undefined` for what has a word that we do not know. */
function flowOf(text: string | undefined): Flow | undefined {
  if (text === undefined || /\s/.test(text) || !text.includes('actions=')) return undefined
  const [flow, ...others] = parseFlows(`${text}\n`, { host: '', command: '' }).flows
  return flow && others.length === 0 && flow.unknown.length === 0 && matchKey(flow) !== undefined ? flow : undefined
}

const isSameRule = (a: Flow, b: Flow) => a.table === b.table && a.priority === b.priority && matchKey(a) === matchKey(b)

const effect = (flow: Flow | undefined) => flow && effectsOf(flow.program).join()

/** As `add-flow` takes it: without what only counts, in one word. */
const asTyped = (flow: Flow): string =>
  flow.text
    .replace(/\b(?:duration|n_packets|n_bytes|idle_age|hard_age)=[^,\s]+,?\s*/g, '')
    .replace(/\s+actions=/, ',actions=')
    .replace(/,\s+/g, ',')
    .replace(/\s+/g, ',')

const ruleOf = (text: string) => text.replace(/,?actions=.*$/s, '').replace(/\bcookie=[^,]+,/, '')
