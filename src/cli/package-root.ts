import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the package's own files are: above dist/ when bundled, above src/cli/ when run from source. */
export const packageRoot: string = above(dirname(fileURLToPath(import.meta.url)))

function above(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory
  const parent = dirname(directory)
  if (parent === directory) throw new Error('oldhand is not installed whole: its package.json is missing')
  return above(parent)
}
