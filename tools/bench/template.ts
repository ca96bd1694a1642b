/** A line of a recorded dump, made again for other ports: what is the port's own in it is written anew. */

/** Whom a flow is for. Recorded or made up. */
export interface Member {
  readonly ofport: number
  readonly mac: string
  readonly ip: string
  /** The VLAN inside of the host, which is the zone of connection tracking as well. */
  readonly vlan: number
  /** The VLAN on the wire. */
  readonly segment: number
  /** What is added to the IDs of conjunctions: each network's security group has its own. */
  readonly conjunctions: number
}

type Write = (member: Member) => string
type Part = string | Write

export const linkLocal = (mac: string): string => {
  const [a = 0, ...rest] = mac.split(':').map((byte) => Number.parseInt(byte, 16))
  const bytes = [a ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)]
  const groups = [0, 2, 4, 6].map((i) => ((bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0)).toString(16))
  return `fe80::${groups.join(':')}`
}

const hex = (number: number) => `0x${number.toString(16)}`

/** Where a flow of the recorded port says something of its own. */
function ownWords(own: Member): readonly (readonly [RegExp, (found: string, of: Member) => string])[] {
  const plain = (text: string) => text.replaceAll('.', '\\.')
  return [
    [new RegExp(own.mac), (_, m) => m.mac],
    [new RegExp(plain(linkLocal(own.mac))), (_, m) => linkLocal(m.mac)],
    [new RegExp(`${plain(own.ip)}(?![\\d.])`), (_, m) => m.ip],
    [new RegExp(`(?<=in_port=|output:)${own.ofport}(?!\\d)`), (_, m) => String(m.ofport)],
    [new RegExp(`(?<=reg5=)${hex(own.ofport)}(?![\\da-f])`), (_, m) => hex(m.ofport)],
    [new RegExp(`${hex(own.ofport)}(?=->NXM_NX_REG5)`), (_, m) => hex(m.ofport)],
    [new RegExp(`(?<=reg6=)${hex(own.vlan)}(?![\\da-f])`), (_, m) => hex(m.vlan)],
    [new RegExp(`${hex(own.vlan)}(?=->NXM_NX_REG6)`), (_, m) => hex(m.vlan)],
    [new RegExp(`(?<=dl_vlan=|ct_zone=|mod_vlan_vid:)${own.vlan}(?!\\d)`), (_, m) => String(m.vlan)],
    [new RegExp(`(?<=dl_vlan=|mod_vlan_vid:)${own.segment}(?!\\d)`), (_, m) => String(m.segment)],
    [/(?<=conjunction\(|conj_id=)\d+/, (found, m) => String(Number(found) + m.conjunctions)],
    [/0x[\da-f]+(?=->NXM_NX_REG7)/, (found, m) => hex(Number(found) + m.conjunctions)],
  ]
}

/** Takes a line of `own` apart; the function writes the same line for another. */
export function template(line: string, own: Member): Write {
  const words = ownWords(own)
  const any = new RegExp(words.map(([pattern]) => pattern.source).join('|'), 'g')
  const parts: Part[] = []
  let from = 0
  for (const { 0: found, index } of line.matchAll(any)) {
    const word = words.find(([pattern]) => startsAt(pattern, line, index))
    parts.push(line.slice(from, index))
    if (word) parts.push((member) => word[1](found, member))
    from = index + found.length
  }
  parts.push(line.slice(from))
  return (member) => parts.map((part) => (typeof part === 'string' ? part : part(member))).join('')
}

function startsAt(pattern: RegExp, line: string, index: number): boolean {
  const sticky = new RegExp(pattern.source, 'y')
  sticky.lastIndex = index
  return sticky.test(line)
}
