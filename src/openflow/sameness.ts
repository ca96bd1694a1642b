/** When two flows are the same, whatever words they are written in. */

import type { Action } from './actions/action.ts'
import type { Flow } from './flow.ts'
import { keyAt } from './keys.ts'
import { MatchBuilder } from './match.ts'
import type { Subfield } from './packet.ts'
import { RESERVED_PORTS } from './ports.ts'

/** The match as masks and values: equal for `ip,udp` and `udp`; `undefined` where a word of it is not known. */
export function matchKey(flow: Pick<Flow, 'match'>): string | undefined {
  const builder = new MatchBuilder(new Map())
  for (const [name, value] of flow.match) {
    const key = keyAt(name, 0, name.length)
    if (!key || !builder.add(key, value, 0, value.length)) return undefined
  }
  builder.sort()
  const { words, masks, values, width } = builder
  return Array.from({ length: width }, (_, i) => [words[i], masks[i], values[i]].join(':')).join(' ')
}

const PRESENT = 0x1000n
const NORMAL = RESERVED_PORTS.NORMAL

/**
 * What the actions do, one phrase for each, in the words of no OpenFlow version: `mod_vlan_vid:5` and
 * `push_vlan:0x8100,set_field:4101->vlan_vid` are one, as are `resubmit(,60)` and `goto_table:60`.
 */
export function effectsOf(program: readonly Action[]): readonly string[] {
  return program.flatMap((action) => effectOf(action) ?? [])
}

function effectOf(action: Action): string | undefined {
  switch (action.kind) {
    case 'output':
      return action.port === NORMAL ? 'NORMAL' : `output ${action.port}`
    case 'set-vlan':
      return action.id === undefined ? `vlan priority ${action.priority}` : `vlan ${action.id}`
    case 'push-vlan':
      return undefined // the tag that it pushes is set by what follows
    case 'pop-vlan':
      return 'no vlan'
    case 'set':
      return isVlanId(action.to)
        ? `vlan ${action.value & ~PRESENT}`
        : `set ${place(action.to)} ${action.value}/${action.mask ?? ''}`
    case 'resubmit':
      return action.port === undefined ? `table ${action.table}` : action.text
    case 'goto':
      return `table ${action.table}`
    case 'ct':
      return `ct ${[action.commit, zone(action.zone), action.table, ...effectsOf(action.nested)].join(' ')}`
    case 'nothing':
      return action.text === 'drop' ? undefined : action.text.replace(/\(.*/s, '')
    default:
      return action.text
  }
}

const isVlanId = ({ field }: Subfield) => field.name === 'vlan_vid'
const place = ({ field, from, bits }: Subfield) => `${field.name}[${from}+${bits}]`
const zone = (of: number | Subfield) => (typeof of === 'number' ? String(of) : place(of))
