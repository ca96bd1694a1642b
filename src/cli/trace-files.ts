import { readFile } from 'node:fs/promises'
import { say } from '../core/lang.ts'
import type { BridgeTexts, Given } from '../trace-texts.ts'
import { UsageError } from './errors.ts'

/** Files that hold what Open vSwitch's own commands printed: bridge → path. */
export interface TraceFiles {
  readonly flows: ReadonlyMap<string, string>
  readonly show: ReadonlyMap<string, string>
  readonly groups: ReadonlyMap<string, string>
  readonly fdb: ReadonlyMap<string, string>
  readonly ovsdb?: string
}

export async function readTraceFiles(files: TraceFiles): Promise<Given> {
  const bridges = await Promise.all(
    [...files.flows].map(async ([name, path]) => [name, await textsOf(name, path, files)] as const),
  )
  return {
    bridges: new Map(bridges),
    ...(files.ovsdb === undefined ? {} : { ovsdb: await read(files.ovsdb) }),
  }
}

async function textsOf(name: string, flows: string, files: TraceFiles): Promise<BridgeTexts> {
  const optional = async (paths: ReadonlyMap<string, string>) => {
    const path = paths.get(name)
    return path === undefined ? undefined : read(path)
  }
  const [show, groups, fdb] = [await optional(files.show), await optional(files.groups), await optional(files.fdb)]
  return {
    flows: await read(flows),
    ...(show === undefined ? {} : { show }),
    ...(groups === undefined ? {} : { groups }),
    ...(fdb === undefined ? {} : { fdb }),
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(say(`Cannot read ${file}: ${reason}`, `无法读取 ${file}：${reason}`))
  }
}
