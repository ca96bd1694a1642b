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
  readonly mdb: ReadonlyMap<string, string>
  readonly meters: ReadonlyMap<string, string>
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
  return {
    flows: await read(flows),
    ...given('show', await optional(files.show)),
    ...given('groups', await optional(files.groups)),
    ...given('fdb', await optional(files.fdb)),
    ...given('mdb', await optional(files.mdb)),
    ...given('meters', await optional(files.meters)),
  }
}

const given = <K extends string>(key: K, text: string | undefined) =>
  (text === undefined ? {} : { [key]: text }) as { readonly [P in K]?: string }

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(say(`Cannot read ${file}: ${reason}`, `无法读取 ${file}：${reason}`))
  }
}
