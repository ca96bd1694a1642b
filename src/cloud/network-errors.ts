import type { FailureReason } from '../core/failure.ts'
import type { Say } from '../core/lang.ts'
import { CloudError, cloudError, shown } from './failures.ts'

interface Target {
  readonly url: string
  readonly source: Say
}

/** True where asking again may help: the connection could not be made or broke. A timeout has cost enough already. */
export const isBrokenConnection = (error: unknown): boolean =>
  /^(ECONNREFUSED|ECONNRESET|EPIPE|EAI_AGAIN|UND_ERR_SOCKET)$/.test(codeOf(error))

/** What a failed connection means, in one sentence that says what to check. */
export function tellNetwork(error: unknown, { url, source }: Target): CloudError {
  if (error instanceof CloudError) return error
  const code = codeOf(error)
  const kind = kinds.find(({ codes }) => codes.test(code)) ?? other
  const [en, zh] = kind.words({ at: shown(url), host: new URL(url).hostname, source, code })
  return cloudError(kind.reason, en, zh)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  // Several addresses of one name: the first one's failure stands for all.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : error.name
}

interface Case {
  readonly at: string
  readonly host: string
  readonly source: Say
  readonly code: string
}
interface Kind {
  readonly codes: RegExp
  readonly reason: FailureReason
  readonly words: (c: Case) => readonly [en: string, zh: string]
}

const kinds: readonly Kind[] = [
  {
    codes: /^(ENOTFOUND|EAI_)/,
    reason: 'unreachable',
    words: ({ at, host, source }) => [
      `The host name ${host} of ${at} does not resolve: check ${source.en}, and DNS or /etc/hosts on this machine.`,
      `${at} 的主机名 ${host} 无法解析：请检查 ${source.zh}，以及本机的 DNS 或 /etc/hosts。`,
    ],
  },
  {
    codes: /^ECONNREFUSED$/,
    reason: 'unreachable',
    words: ({ at, source }) => [
      `${at} refuses connections: check ${source.en}, and that the service runs.`,
      `${at} 拒绝连接：请检查 ${source.zh}，以及该服务是否在运行。`,
    ],
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EHOSTDOWN|ENETDOWN)$/,
    reason: 'unreachable',
    words: ({ at, source, code }) => [
      `This machine has no route to ${at} (${code}): check ${source.en} and the routes.`,
      `本机没有到 ${at} 的路由（${code}）：请检查 ${source.zh} 和路由。`,
    ],
  },
  {
    codes: /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    reason: 'timeout',
    words: ({ at, source }) => [
      `${at} does not accept a connection in time: check ${source.en} (http or https?), routes and firewalls.`,
      `连接 ${at} 超时：请检查 ${source.zh}（http 还是 https？）、路由和防火墙。`,
    ],
  },
  {
    codes: /^(UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|TimeoutError|AbortError|UND_ERR_ABORTED|ABORT_ERR)$/,
    reason: 'timeout',
    words: ({ at }) => [
      `${at} accepts the connection and does not answer in time: the service may hang; look at its log.`,
      `${at} 能建立连接但迟迟不响应：该服务可能卡住了，请查看它的日志。`,
    ],
  },
  {
    codes: /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_)/,
    reason: 'unreachable',
    words: ({ at, code }) => [
      `The TLS certificate of ${at} is not from an authority that this machine trusts (${code}): set cacert (OS_CACERT) to the CA's PEM file.`,
      `${at} 的 TLS 证书不是本机信任的 CA 签发的（${code}）：请把 cacert（OS_CACERT）设为该 CA 的 PEM 文件。`,
    ],
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    reason: 'unreachable',
    words: ({ at, host, source }) => [
      `The TLS certificate of ${at} is not for ${host}: use a name that the certificate has in ${source.en}, or check that cacert and server belong together.`,
      `${at} 的 TLS 证书与主机名 ${host} 不匹配：请在 ${source.zh} 里改用证书中的名称，或确认 cacert 与服务器对应。`,
    ],
  },
  {
    codes: /^(CERT_|ERR_TLS_CERT)/,
    reason: 'unreachable',
    words: ({ at, code }) => [
      `The TLS certificate of ${at} is not valid (${code}): check its dates and this machine's clock.`,
      `${at} 的 TLS 证书无效（${code}）：请检查证书有效期和本机时间。`,
    ],
  },
  {
    codes: /^(ERR_SSL_|EPROTO)/,
    reason: 'unreachable',
    words: ({ at, source, code }) => [
      `${at} does not speak TLS as expected (${code}): check whether ${source.en} must begin with http:// instead of https://.`,
      `与 ${at} 的 TLS 握手失败（${code}）：请检查 ${source.zh} 是否应为 http:// 而不是 https://。`,
    ],
  },
  {
    codes: /^UND_ERR_RES_EXCEEDED_MAX_SIZE$/,
    reason: 'truncated',
    words: ({ at }) => [
      `The answer of ${at} is longer than Oldhand keeps: ask for less.`,
      `${at} 的响应超出 Oldhand 的上限：请缩小查询范围。`,
    ],
  },
]

const other: Kind = {
  codes: /./,
  reason: 'unreachable',
  words: ({ at, source, code }) => [
    `The connection to ${at} broke before it answered (${code}): check ${source.en} (http or https?) and the service's log.`,
    `${at} 在响应之前断开了连接（${code}）：请检查 ${source.zh}（http 还是 https？）和该服务的日志。`,
  ],
}
