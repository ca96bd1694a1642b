import { linesOf } from '../core/scan.ts'
import { contains } from './address.ts'

/** An IP set as `ipset save` prints it (ipset(8)). */
export interface IpSet {
  readonly name: string
  /** `hash:net`, … */
  readonly type: string
  readonly entries: readonly string[]
}
export type IpSets = ReadonlyMap<string, IpSet>

export function parseIpsetSave(text: string): IpSets {
  const sets = new Map<string, IpSet & { readonly entries: string[] }>()
  for (const line of linesOf(text)) {
    const [verb, name = '', what = '', ...options] = line.trim().split(/\s+/)
    if (verb === 'create') sets.set(name, { name, type: what, entries: [] })
    // An entry with options (`nomatch`, `timeout`) is kept as it stands: what it means is not for us to guess.
    else if (verb === 'add') sets.get(name)?.entries.push([what, ...options].join(' '))
  }
  return sets
}

/** Whether an address is in a set; `undefined` where the set is not one of plain addresses and networks. */
export function isMember(set: IpSet | undefined, address: string | undefined): boolean | undefined {
  if (!set || address === undefined || !/^hash:(net|ip)$/.test(set.type)) return undefined
  const answers = set.entries.map((entry) => contains(entry, address))
  return answers.includes(undefined) ? undefined : answers.includes(true)
}
