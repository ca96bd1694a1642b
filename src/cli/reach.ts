import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { parse, YAMLParseError } from 'yaml'
import type { Command } from 'commander'
import { API, type Ask } from '../core/answer.ts'
import { say } from '../core/lang.ts'
import { isRecord } from '../core/scan.ts'
import type { Bench, Ear, Transport } from '../core/transport.ts'
import { changeApi, openApi } from '../cloud/api.ts'
import type { Change } from '../cloud/session.ts'
import { loadCloud } from '../cloud/config.ts'
import { type Fleet, type FleetOptions, openFleet } from '../hosts/fleet.ts'
import type { Asked } from '../app.ts'
import { UsageError } from './errors.ts'
import { languageOption, localeOf } from './language.ts'

/** How to reach a cloud: what every verb that looks at a live cloud has in common. */
export interface ReachOptions {
  readonly osCloud?: string
  readonly sshConfig?: string
  readonly hostMap?: string
  readonly port?: string
  readonly host?: string
}

export function addReach(command: Command): Command {
  const { t } = localeOf(process.argv)
  return addAccess(command)
    .option('--port <uuid>', t('without the API: the port (with --host)', '不用 API：直接指定端口（配合 --host）'))
    .option('--host <name>', t('without the API: the host of the port', '不用 API：端口所在主机'))
}

/** How to reach API and hosts, whatever is asked of them. */
export function addAccess(command: Command): Command {
  const locale = localeOf(process.argv)
  const { t } = locale
  return command
    .option(
      '--os-cloud <name>',
      t(
        'cloud of clouds.yaml (default: OS_CLOUD, or the OS_* variables)',
        'clouds.yaml 中的云（默认取 OS_CLOUD 或 OS_* 环境变量）',
      ),
    )
    .option('--ssh-config <file>', t('ssh_config to use instead of your own', '使用指定的 ssh_config'))
    .option(
      '--host-map <file>',
      t('YAML or JSON: Neutron host name → SSH target', 'YAML/JSON 文件：Neutron 主机名 → SSH 目标'),
    )
    .addOption(languageOption(locale))
}

export function askedOf(vm: string | undefined, options: ReachOptions): Asked {
  if (options.port !== undefined && options.host !== undefined) return { port: options.port, host: options.host }
  if (options.port !== undefined || options.host !== undefined) {
    throw new UsageError(say('--port and --host go together.', '--port 和 --host 要一起用。'))
  }
  if (vm === undefined) {
    throw new UsageError(
      say(
        'Name a VM: its name, UUID, IP or MAC address, or a port (or --port UUID --host HOST without the API).',
        '请指定虚拟机：名称、UUID、IP、MAC 或端口（没有 API 时用 --port UUID --host 主机）。',
      ),
    )
  }
  return { vm }
}

/** A live cloud: API questions to the API, all others over SSH. */
export function openLive(options: ReachOptions): Bench & Ear {
  // Who asks the API nothing needs no credentials.
  let opened: Transport | undefined
  const api = (): Transport => {
    opened ??= options.port === undefined ? openApi(loadCloud(cloudOf(options))) : noApi
    return opened
  }
  const fleet = openHosts(options, { commandDeadlineMs: 10_000, deadlineMs: 60_000 })
  return {
    ask: async (asks) => {
      const [ofApi, ofHosts] = [asks.filter((a) => a.host === API), asks.filter((a) => a.host !== API)]
      const [fromApi, fromHosts] = await Promise.all([
        ofApi.length > 0 ? api().ask(ofApi) : [],
        ofHosts.length > 0 ? fleet.ask(ofHosts) : [],
      ])
      const pick = (ask: Ask) => (ask.host === API ? fromApi[ofApi.indexOf(ask)] : fromHosts[ofHosts.indexOf(ask)])
      return asks.flatMap((ask) => pick(ask) ?? [])
    },
    listen: fleet.listen,
    start: fleet.start,
    close: async () => {
      await Promise.all([opened?.close(), fleet.close()])
    },
  }
}

/** Changes something in Neutron, once. Never rejects. */
export const changeLive = (options: ReachOptions, { path, ...change }: Change & { readonly path: string }) =>
  changeApi(loadCloud(cloudOf(options)), path, change)

/** The hosts alone. */
export const openHosts = (
  options: ReachOptions,
  deadlines: Pick<FleetOptions, 'commandDeadlineMs' | 'deadlineMs'>,
): Fleet =>
  openFleet({
    ...(options.sshConfig === undefined ? {} : { sshConfig: options.sshConfig }),
    targets: options.hostMap === undefined ? {} : readHostMap(options.hostMap),
    localNames: [hostname(), hostname().split('.')[0] ?? hostname()],
    ...deadlines,
  })

const cloudOf = ({ osCloud }: ReachOptions) => (osCloud === undefined ? {} : { cloud: osCloud })

const noApi: Transport = {
  ask: async (asks) =>
    asks.map((ask) => ({
      ask,
      stdout: '',
      stderr: '',
      exit: null,
      ms: 0,
      failure: { reason: 'unreachable', detail: say('the API is not used (--port)', '没有使用 API（--port）') },
    })),
  close: async () => {},
}

function readHostMap(file: string): Record<string, string> {
  const map = parsedYaml(file)
  if (!isRecord(map) || !Object.values(map).every((v) => typeof v === 'string')) {
    throw new UsageError(
      say(
        `${file}: expected lines such as "compute-1: root@10.0.0.11".`,
        `${file}：应为 "compute-1: root@10.0.0.11" 这样的行。`,
      ),
    )
  }
  return map as Record<string, string>
}

function parsedYaml(file: string): unknown {
  try {
    return parse(readText(file))
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    const line = error.linePos?.[0].line ?? 1
    throw new UsageError(
      say(
        `${file}, line ${line}, is not YAML: write lines such as "compute-1: root@10.0.0.11".`,
        `${file} 第 ${line} 行不是合法的 YAML：每行应形如 "compute-1: root@10.0.0.11"。`,
      ),
    )
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(say(`Cannot read ${file}: ${why}`, `无法读取 ${file}：${why}`))
  }
}
