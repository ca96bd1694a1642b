import fc from 'fast-check'
import { common, type Field, protocols } from './fields.ts'
import type { Focus } from './focus.ts'

export interface Match {
  readonly protocol: string
  readonly words: readonly string[]
  /** Whether all that match carry a tag: OpenFlow 1.5 takes some actions only then. */
  readonly tagged: boolean
}

export function matches(focus: Focus, ports: readonly string[]): fc.Arbitrary<Match> {
  return fc.constantFrom(...focus.protocols).chain((protocol) => {
    const fields = [
      ...focus.fields.flatMap((family): readonly Field[] => common[family]),
      ...(focus.ownFields ? (protocols[protocol] ?? []) : []),
    ]
    const own = fields.length
      ? fc.uniqueArray(matched(fields), { maxLength: 4, selector: ([family]) => family })
      : fc.constant([])
    const input = fc.option(fc.constantFrom(...ports), { freq: 3, nil: undefined })
    return fc.tuple(input, own).map(([port, words]) =>
      toMatch(
        protocol,
        port,
        words.map(([, word]) => word),
      ),
    )
  })
}

function toMatch(protocol: string, port: string | undefined, own: readonly string[]): Match {
  const hasTransport = [protocol, ...own].some((word) => /\b(tp_|icmp_|tcp_flags|nd_)/.test(word))
  // Later fragments have no such header, so that nobody can ask for both.
  const words = hasTransport ? own.filter((word) => word !== 'ip_frag=later') : own
  const tagged = words.some((word) => isTagged(word))
  return { protocol, words: [...(protocol ? [protocol] : []), ...(port ? [`in_port=${port}`] : []), ...words], tagged }
}

function isTagged(word: string): boolean {
  const [name = '', value = ''] = word.split('=')
  if (name.startsWith('dl_vlan')) return true
  const [bits = '0', mask = '0xffff'] = value.split('/')
  return /^vlan_(tci|vid)$/.test(name) && (Number(bits) & Number(mask) & 0x1000) !== 0
}

/** With its family: registers overlay each other and VLAN fields contradict each other, so one of each is taken. */
function matched(fields: readonly Field[]): fc.Arbitrary<readonly [family: string, word: string]> {
  return fc
    .constantFrom(...fields)
    .chain((field) => written(field).map((value) => [familyOf(field.name), `${field.name}=${value}`] as const))
}

export function written(field: Field): fc.Arbitrary<string> {
  const value = fc.constantFrom(...field.values)
  if (!field.masks) return value
  const mask = fc.option(fc.constantFrom(...field.masks), { freq: 2, nil: undefined })
  return fc.tuple(value, mask).map(([v, m]) => (m === undefined ? v : `${v}/${m}`))
}

/** xreg0 is reg0 and reg1, xxreg0 is reg0 to reg3. */
function familyOf(name: string): string {
  if (/^(dl_vlan|vlan_)/.test(name)) return 'vlan'
  if (/^(nw_tos|ip_dscp|nw_ecn)/.test(name)) return 'tos'
  if (/^(reg|xreg|xxreg)/.test(name)) return 'registers'
  return name
}
