import { spawnSync } from 'node:child_process'
import type { LargeTable } from './large-table.ts'
import type { Row } from './measure.ts'
import { withFile } from './scratch.ts'

/** What a table costs is measured in a process of its own, where nothing else has left its heap. */
export const benchMemory = ({ text }: LargeTable): Promise<readonly Row[]> => withFile(text, probe)

function probe(file: string): readonly Row[] {
  const program = new URL('memory-probe.mjs', import.meta.url).pathname
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', program, file], {
    encoding: 'utf8',
  })
  const [, kept, peak] = /^([\d.]+) ([\d.]+)$/m.exec(stdout) ?? []
  if (kept === undefined || peak === undefined) throw new Error(stderr)
  return [
    ['memory kept, text included', `${kept} × the text`, 'below 10 ×'],
    ['growth of the process at its peak', `${peak} × the text`, 'below 10 ×'],
  ]
}
