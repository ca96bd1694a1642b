import { createHash } from 'node:crypto'
import { type Say, say } from '../../core/lang.ts'
import { isRecord, json } from '../../core/scan.ts'
import type { Entry } from '../../core/repair.ts'

export const hashOf = (line: string): string => createHash('sha256').update(line).digest('hex')

export interface Chain {
  readonly entries: readonly Entry[]
  readonly lines: number
  /** What the next line has to carry. */
  readonly head: string
  /** Why the file is not what Oldhand wrote; empty for a whole one. */
  readonly damage: readonly Say[]
  /** The file ends in the middle of a line: Oldhand died while it wrote it, and nothing followed from it. */
  readonly torn: boolean
}

/** Reads a journal and proves each line by the one before. What is cut off at the end cannot be seen: keep its head. */
export function readChain(text: string): Chain {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const torn = text !== '' && !text.endsWith('\n')
  const entries: Entry[] = []
  const damage: Say[] = []
  lines.forEach((line, i) => {
    const entry = json(line)
    // A line that a crash has cut: the chain goes over it as it stands.
    if (!isEntry(entry)) {
      const isLast = torn && i === lines.length - 1
      if (!isLast && !isTorn(line)) damage.push(say(`line ${i + 1} is not an entry`, `第 ${i + 1} 行不是日志条目`))
      return
    }
    if (entry.prev !== hashOf(i === 0 ? '' : (lines[i - 1] ?? '')) || entry.n !== i + 1)
      damage.push(say(`line ${i + 1} does not follow from the line before`, `第 ${i + 1} 行与上一行的哈希对不上`))
    entries.push(entry)
  })
  return { entries, lines: lines.length, damage, torn, head: hashOf(lines.at(-1) ?? '') }
}

/** The beginning of an entry, and no end. */
const isTorn = (line: string) => '{"n":'.startsWith(line.slice(0, 5)) && !line.endsWith('}')

const isEntry = (value: unknown): value is Entry =>
  isRecord(value) && typeof value.n === 'number' && typeof value.event === 'string' && typeof value.prev === 'string'
