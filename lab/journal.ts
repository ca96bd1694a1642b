import { open, readFile, rm } from 'node:fs/promises'
import { paths } from './names.ts'
import type { Step } from './steps.ts'

export interface Entry {
  readonly fault: string
  readonly at: string
  readonly step: Step
}

/** On disk before the step is run: whatever happens next, it can be taken back. */
export async function record(fault: string, step: Step): Promise<void> {
  const entry: Entry = { fault, at: new Date().toISOString(), step }
  const file = await open(paths.journal, 'a', 0o600)
  try {
    await file.appendFile(`${JSON.stringify(entry)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Oldest first. */
export async function readJournal(): Promise<Entry[]> {
  const text = await readFile(paths.journal, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').flatMap(parseEntry)
}

/** A line cut off by a crash was never followed by its step. */
function parseEntry(line: string): Entry[] {
  try {
    return line ? [JSON.parse(line) as Entry] : []
  } catch {
    return []
  }
}

export async function clearJournal(): Promise<void> {
  await rm(paths.journal, { force: true })
}
