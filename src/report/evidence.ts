import { distinct, type Evidence } from '../core/answer.ts'

/** Text from a cloud is untrusted: nothing of it may steer a terminal. */
export const plain = (text: string): string => text.replace(/\p{Cc}\[[0-9;?]*[ -/]*[@-~]|(?![\t\n])\p{Cc}/gu, '')

export const oneLine = (text: string): string => plain(text).replace(/\s+/g, ' ').trim()

/** A line as people read it: without what only programs need, and with the names of what stands in a table. */
export const readable = (line: string): string => unitOf(line) ?? learnedOf(line) ?? withoutReferences(line)

/** What tells most of a unit's block (`systemctl show`). */
function unitOf(block: string): string | undefined {
  const values = new Map(block.split('\n').map((row) => [row.split('=')[0], row]))
  const id = values.get('Id')?.slice('Id='.length)
  const state = ['ActiveState', 'SubState', 'Result'].flatMap((key) => values.get(key) ?? [])
  return id === undefined ? undefined : [id, ...state].join(' ')
}

/** A row of `fdb/show`, whose headings are far away. */
function learnedOf(line: string): string | undefined {
  const [, port, vlan, mac, age] = /^(\w+)\s+(\d+)\s+([0-9a-f]{2}(?::[0-9a-f]{2}){5})\s+(\d+)$/.exec(line) ?? []
  return mac === undefined ? undefined : `port ${port}  VLAN ${vlan}  MAC ${mac}  age ${age} s`
}

/** OVSDB's JSON without references, and the wrapping of empty sets and maps. */
const withoutReferences = (line: string): string =>
  line
    .replace(/,?\["uuid","[0-9a-f-]{36}"\]/g, '')
    .replaceAll('["set",[]]', '[]')
    .replaceAll('["map",[]]', '{}')

/** Evidence for programs. */
export const evidenceJson = (all: readonly Evidence[]) =>
  distinct(all).map(({ host, command, line, absent }) => ({
    host,
    command,
    line,
    ...(absent === undefined ? {} : { absent }),
  }))
