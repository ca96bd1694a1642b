import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file that is there as long as it is used. */
export async function withFile<T>(text: string, use: (file: string) => T): Promise<Awaited<T>> {
  const folder = await mkdtemp(join(tmpdir(), 'oldhand-bench-'))
  const file = join(folder, 'flows')
  try {
    await writeFile(file, text)
    return await use(file)
  } finally {
    await rm(folder, { recursive: true })
  }
}
