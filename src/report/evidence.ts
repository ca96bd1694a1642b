import type { Evidence } from '../core/answer.ts'

/** Text from a cloud is untrusted: nothing of it may steer a terminal. */
export const plain = (text: string): string => text.replace(/\p{Cc}\[[0-9;?]*[ -/]*[@-~]|(?![\t\n])\p{Cc}/gu, '')

export const oneLine = (text: string): string => plain(text).replace(/\s+/g, ' ').trim()

/** OVSDB's JSON without what only programs need: references, and the wrapping of empty sets and maps. */
export const readable = (line: string): string =>
  line
    .replace(/,?\["uuid","[0-9a-f-]{36}"\]/g, '')
    .replaceAll('["set",[]]', '[]')
    .replaceAll('["map",[]]', '{}')

/** Evidence without its twins. */
export const distinct = (all: readonly Evidence[]): readonly Evidence[] => [
  ...new Map(all.map((e) => [`${e.host}\n${e.command}\n${e.line}`, e])).values(),
]
