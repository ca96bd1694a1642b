import type { Command } from 'commander'
import { type HostAccess, checkAccess } from '../access.ts'
import { commandLine } from '../core/answer.ts'
import { failureLine } from '../core/failure.ts'
import { say } from '../core/lang.ts'
import { get } from '../core/probe.ts'
import { isRecord, json } from '../core/scan.ts'
import type { Transport } from '../core/transport.ts'
import { UsageError } from './errors.ts'
import { localeOf } from './language.ts'
import { progressing } from './progress.ts'
import { addAccess, openLive, type ReachOptions } from './reach.ts'

export function addCheckAccess(program: Command): void {
  const { t } = localeOf(process.argv)
  const command = program
    .command('check-access [hosts...]')
    .description(
      t(
        'Tell for each host what was detected, what works and what is missing.',
        '逐台主机检查：识别到什么、哪些命令可用、缺什么权限。',
      ),
    )
  addAccess(command)
    .addHelpText(
      'after',
      t(
        '\nExit status: 0 everything works, 2 wrong use, 3 something is missing',
        '\n退出码：0 全部可用，2 用法错误，3 有缺失',
      ),
    )
    .action(async (hosts: readonly string[], options: ReachOptions) => {
      const transport = progressing(openLive(options))
      try {
        const wanted = hosts.length > 0 ? hosts : await hostsOfCloud(transport)
        const results = await checkAccess(wanted, transport)
        process.stdout.write(`${results.map(render).join('\n\n')}\n`)
        process.exitCode = results.some((r) => r.refused.length > 0) ? 3 : 0
      } finally {
        await transport.close()
      }
    })
}

/** Every host that has an agent of Neutron. */
export async function hostsOfCloud(transport: Transport): Promise<readonly string[]> {
  const [answer] = await transport.ask([get('network', '/v2.0/agents')])
  const body = answer?.failure ? undefined : json(answer?.stdout ?? '')
  const agents = isRecord(body) && Array.isArray(body.agents) ? body.agents.filter(isRecord) : []
  const hosts = [...new Set(agents.filter((a) => /openvswitch|dhcp/.test(String(a.binary))).map((a) => String(a.host)))]
  if (hosts.length > 0) return hosts.sort()
  const why = answer?.failure ? failureLine(answer.failure) : say('no agents', '没有 agent')
  throw new UsageError(
    say(
      `Cannot list the hosts (${why.en}). Name them, such as: comp1 net1`,
      `无法获取主机列表（${why.zh}）。请直接写出主机名，例如：comp1 net1`,
    ),
  )
}

function render({ host, detected, refused, unreachable }: HostAccess): string {
  const { t, tell } = localeOf(process.argv)
  if (unreachable) return `${host}${t(': cannot be reached: ', '：连接不上：')}${tell(unreachable.detail)}`
  const found = detected.map((d) => `  ${tell(d.what)}: ${d.value}   [${tell(d.how)}]`)
  const denied = refused.map(
    (a) => `  ✖ ${commandLine(a.ask).slice(0, 100)}\n      ${a.failure ? tell(failureLine(a.failure)) : ''}`,
  )
  const verdict =
    refused.length === 0
      ? t('everything works', '全部可用')
      : t(`${refused.length} commands were not answered`, `${refused.length} 条命令不可用`)
  return [`${host}: ${verdict}`, ...found, ...denied].join('\n')
}
