import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { isRecord } from '../core/scan.ts'
import { cloudError } from './failures.ts'

/** Where files and variables are looked for. */
export interface Place {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly home: string
  /** The machine's own folder: `/etc/openstack`. */
  readonly site: string
}

export type Entry = Readonly<Record<string, unknown>>
export interface Clouds {
  readonly file: string | undefined
  readonly entries: Readonly<Record<string, Entry>>
}

/**
 * The first clouds.yaml that openstacksdk would take, with secure.yaml laid over it.
 * Source: openstacksdk, `openstack/config/loader.py`.
 */
export function readClouds(place: Place): Clouds {
  const file = fileNamed('OS_CLIENT_CONFIG_FILE', 'clouds', place)
  const secureFile = fileNamed('OS_CLIENT_SECURE_FILE', 'secure', place)
  const plain = file === undefined ? {} : cloudsIn(file)
  const secure = secureFile === undefined ? {} : cloudsIn(secureFile)
  return { file, entries: merge(plain, secure) as Record<string, Entry> }
}

function fileNamed(variable: string, stem: string, place: Place): string | undefined {
  const named = place.env[variable]
  if (!named) return candidates(stem, place).find((path) => existsSync(path))
  const path = resolve(place.cwd, expandHome(named, place))
  if (existsSync(path)) return path
  throw cloudError(
    'not installed',
    `${variable} names ${path}, which does not exist: correct or unset it.`,
    `${variable} 指向的 ${path} 不存在：请改正或取消该环境变量。`,
  )
}

function candidates(stem: string, { env, cwd, home, site }: Place): readonly string[] {
  const config = env.XDG_CONFIG_HOME || join(home, '.config')
  const folders = [...new Set([cwd, join(config, 'openstack'), join(home, '.config', 'openstack'), site])]
  return folders.flatMap((folder) => ['yaml', 'yml', 'json'].map((end) => join(folder, `${stem}.${end}`)))
}

export const expandHome = (path: string, { home }: Pick<Place, 'home'>): string =>
  path.replace(/^~(?=\/|$)/, () => home)

/** Text of a file that the configuration names. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    throw cloudError(
      code === 'EACCES' ? 'denied' : 'not installed',
      `Cannot read ${path} (${code}): check the path and its permissions.`,
      `无法读取 ${path}（${code}）：请检查路径和权限。`,
    )
  }
}

function cloudsIn(path: string): Readonly<Record<string, Entry>> {
  const root = parseYaml(path)
  const clouds = isRecord(root) ? (root.clouds ?? {}) : root
  if (isBlank(clouds)) return {}
  if (isRecord(clouds) && Object.values(clouds).every((cloud) => isBlank(cloud) || isRecord(cloud))) {
    return Object.fromEntries(Object.entries(clouds).map(([name, cloud]) => [name, isRecord(cloud) ? cloud : {}]))
  }
  throw cloudError(
    'exit',
    `${path} is no clouds.yaml: it needs "clouds:" with one block of settings for each cloud.`,
    `${path} 不是有效的 clouds.yaml：应有 "clouds:"，其下每个云一段配置。`,
  )
}

const isBlank = (value: unknown) => value === null || value === undefined || value === ''

// All scalars stay text, so that a password of digits is what was typed; anchors, merge keys and the last of two equal
// keys are as PyYAML has them. The parser's own words may quote a password: only the place is told.
function parseYaml(path: string): unknown {
  const text = readText(path)
  const document = parseDocument(text, {
    schema: 'failsafe',
    merge: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const [error] = document.errors
  if (error === undefined) return tryJs(() => document.toJS({ maxAliasCount: 1000 }), path)
  const line = text.slice(0, error.pos[0]).split('\n').length
  throw notYaml(path, line)
}

function tryJs(read: () => unknown, path: string): unknown {
  try {
    return read()
  } catch {
    throw notYaml(path, 1)
  }
}

const notYaml = (path: string, line: number) =>
  cloudError(
    'exit',
    `${path} line ${line} is not valid YAML: correct it (quote values with special characters).`,
    `${path} 第 ${line} 行不是合法的 YAML：请改正（含特殊字符的值要加引号）。`,
  )

function merge(below: unknown, above: unknown): unknown {
  if (!isRecord(below) || !isRecord(above)) return above ?? below
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])]
  return Object.fromEntries(keys.map((key) => [key, merge(below[key], above[key])]))
}
