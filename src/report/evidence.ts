import type { Evidence } from '../core/answer.ts'

/** Text from a cloud is untrusted: nothing of it may steer a terminal. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
export const plain = (text: string): string =>
  text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '')

export const oneLine = (text: string): string => plain(text).replace(/\s+/g, ' ').trim()

/** Evidence without its twins. */
export const distinct = (all: readonly Evidence[]): readonly Evidence[] => [
  ...new Map(all.map((e) => [`${e.host}\n${e.command}\n${e.line}`, e])).values(),
]
