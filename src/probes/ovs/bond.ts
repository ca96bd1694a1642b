import { type Answer, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'

/** A member of a bond: an Open vSwitch one (`ovs-appctl bond/show`) or the kernel's (`/proc/net/bonding`). */
export interface BondMember {
  readonly bond: string
  readonly name: string
  readonly up: boolean
  readonly source: Evidence
}
export interface Bonds {
  readonly members: readonly BondMember[]
  /** Bonds that speak LACP and have no partner on any member, with the line that says so. */
  readonly partnerless: ReadonlyMap<string, Evidence>
  /** Bonds that speak LACP and do not tell of their partner. */
  readonly untold: ReadonlySet<string>
}
export interface BondFacts {
  readonly ovs: Parsed<Bonds>
  readonly kernel: Parsed<Bonds>
}

const NO_PARTNER = '00:00:00:00:00:00'

export const bonds = hostProbe<BondFacts, Record<never, never>>({
  id: 'bonds',
  asks: ({ host }) => [
    { host, root: true, argv: ['ovs-appctl', '--timeout=5', 'bond/show'] },
    { host, root: true, argv: ['ovs-appctl', '--timeout=5', 'lacp/show'] },
    // Exit 2: no such directory, as on a host without kernel bonds.
    // The kernel tells root alone of an LACP partner.
    { host, root: true, argv: ['grep', '-rH', '.', '/proc/net/bonding'], okExits: [0, 1, 2] },
  ],
  parse: ([bond, lacp, kernel]): Parsed<BondFacts> =>
    fact({
      ovs: fromAnswer(bond, (b) =>
        fromAnswer(lacp, (l) => fact({ members: ovsMembers(b), partnerless: ovsPartnerless(l), untold: new Set() })),
      ),
      kernel: fromAnswer(kernel, (k) => fact(kernelBonds(k))),
    }),
})

/** Parses `bond/show`: `---- bond0 ----`, then `member eth1: disabled` (`slave` before 2.16). */
function ovsMembers(answer: Answer): readonly BondMember[] {
  return inBlocks(answer.stdout).flatMap(({ block, line }) => {
    const row = /^(?:member|slave) (\S+): (enabled|disabled)/.exec(line.trim())
    return row?.[1]
      ? [
          {
            bond: block,
            name: row[1],
            up: row[2] === 'enabled',
            source: reading(row[2], line.trim(), originOf(answer)),
          },
        ]
      : []
  })
}

/**
 * Parses `lacp/show`; `lacp_status: negotiated` is printed even without a partner, so only the partner's MAC counts, and
 * one member without is not the bond.
 */
function ovsPartnerless(answer: Answer): ReadonlyMap<string, Evidence> {
  const lines = inBlocks(answer.stdout).filter(({ line }) => line.includes('partner sys_id: '))
  const met = new Set(lines.filter(({ line }) => !line.includes(NO_PARTNER)).map(({ block }) => block))
  const alone = lines.filter(({ block }) => !met.has(block))
  return new Map(alone.map(({ block, line }) => [block, reading(NO_PARTNER, line.trim(), originOf(answer))]))
}

function inBlocks(text: string): readonly { readonly block: string; readonly line: string }[] {
  let block = ''
  return text.split('\n').flatMap((line) => {
    const head = /^---- (\S+) ----/.exec(line)
    if (head?.[1]) block = head[1]
    return block === '' ? [] : [{ block, line }]
  })
}

/** Parses `grep -rH . /proc/net/bonding`: `/proc/net/bonding/bond2:Slave Interface: eth0` (Linux, bonding.rst). */
function kernelBonds(answer: Answer): Bonds {
  const members: BondMember[] = []
  const partnerless = new Map<string, Evidence>()
  const untold = new Set<string>()
  let slave = ''
  for (const line of answer.stdout.split('\n')) {
    const [, bond = '', text = ''] = /^\/proc\/net\/bonding\/([^:]+):(.*)$/.exec(line) ?? []
    const cited = reading(text, line, originOf(answer))
    if (text.startsWith('Slave Interface: ')) slave = text.slice('Slave Interface: '.length)
    else if (text.startsWith('Bonding Mode: ')) {
      slave = ''
      if (text.includes('802.3ad')) untold.add(bond)
    } else if (slave !== '' && text.startsWith('MII Status: '))
      members.push({ bond, name: slave, up: text.endsWith(': up'), source: cited })
    else if (slave === '' && text.trim().startsWith('Partner Mac Address: ')) {
      untold.delete(bond)
      if (text.includes(NO_PARTNER)) partnerless.set(bond, cited)
    }
  }
  return { members, partnerless, untold }
}
