import type { Evidence } from '../core/answer.ts'

/** Text from a cloud is untrusted: nothing of it may steer a terminal. */
export const plain = (text: string): string => text.replace(/\p{Cc}\[[0-9;?]*[ -/]*[@-~]|(?![\t\n])\p{Cc}/gu, '')

export const oneLine = (text: string): string => plain(text).replace(/\s+/g, ' ').trim()

/** Evidence without its twins. */
export const distinct = (all: readonly Evidence[]): readonly Evidence[] => [
  ...new Map(all.map((e) => [`${e.host}\n${e.command}\n${e.line}`, e])).values(),
]
