import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { verbatim } from '../../core/failure.ts'
import { say } from '../../core/lang.ts'
import type { Entry, RepairEvent } from '../../core/repair.ts'
import { RepairError } from '../error.ts'
import { type Chain, hashOf, readChain } from './chain.ts'
import { claim } from './claim.ts'

/** Where repairs are written down unless the operator says otherwise (XDG base directories). */
export const usualJournal = (env: Readonly<Record<string, string | undefined>> = process.env): string =>
  join(env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'oldhand/repairs.jsonl')

export interface Journal {
  readonly entries: readonly Entry[]
  /** On disk when it returns. */
  readonly write: (repair: string, event: RepairEvent) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Opens a journal to write. One process at a time: another one's is refused while that lives.
 * @throws RepairError where it cannot be written, or is not what Oldhand wrote.
 */
export async function openJournal(path: string, by: Entry['by']): Promise<Journal> {
  const release = await claim(resolve(path))
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const chain = await readJournal(path)
    const [damage] = chain.damage
    if (damage)
      throw new RepairError(
        say(`${path}: ${damage.en}. It was changed by another hand.`, `${path}：${damage.zh}。文件被改动过。`),
      )
    const file = await open(path, 'a', 0o600)
    await syncFolder(dirname(path))
    return writer(file, { ...chain, by, release })
  } catch (error) {
    release()
    if (error instanceof RepairError) throw error
    throw new RepairError(verbatim(`${path}: ${error instanceof Error ? error.message : String(error)}`))
  }
}

/** An absent file is an empty journal. */
export async function readJournal(path: string): Promise<Chain> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new RepairError(verbatim(`${path}: ${error.message}`))
  })
  return readChain(text)
}

function writer(file: FileHandle, start: Chain & { by: Entry['by']; release: () => void }): Journal {
  const entries = [...start.entries]
  let { head, lines } = start
  let lead = start.torn ? '\n' : ''
  return {
    entries,
    write: async (repair, event) => {
      const entry: Entry = { n: lines + 1, at: new Date().toISOString(), repair, by: start.by, prev: head, ...event }
      const line = JSON.stringify(entry)
      await file.appendFile(`${lead}${line}\n`)
      await file.sync()
      entries.push(entry)
      head = hashOf(line)
      lines += 1
      lead = ''
    },
    close: async () => {
      await file.close()
      start.release()
    },
  }
}

/** A file is there after a crash when its folder says so too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
