import pLimit from 'p-limit'
import { type Answer, API, type Ask } from '../core/answer.ts'
import { json } from '../core/scan.ts'
import type { Transport } from '../core/transport.ts'
import { CloudError, cloudError } from './failures.ts'
import { openHttp, type Patience, type Reply, usualPatience } from './http.ts'
import { allPages } from './paging.ts'
import { bodyOf } from './replies.ts'
import { withoutSecrets } from './secrets.ts'
import { type Change, openSession, type Session, sourceOf } from './session.ts'
import { type CloudConfig, type Service, services } from './settings.ts'

const AT_ONCE = 8

/**
 * Changes something in Neutron, once. Never rejects; `exit` is 0, or the HTTP status of an error, and `failure` tells it.
 * `path` begins with the version.
 */
export async function changeApi(config: CloudConfig, path: string, change: Change): Promise<Answer> {
  const http = openHttp(config.tls)
  const session = openSession(config, http)
  const ask = { host: API, argv: [change.method, 'network', path] }
  const started = performance.now()
  try {
    const outcome = await session.change('network', path, change).then(changed).catch(failed)
    return { ask, ms: Math.round(performance.now() - started), ...outcome }
  } finally {
    await http.close()
  }
}

function changed(reply: Reply): Outcome {
  // A DELETE is answered by nothing, an added network by `null`.
  if (reply.status >= 300) bodyOf(reply, sourceOf('network'))
  return { stdout: '', stderr: '', exit: 0 }
}

/**
 * Answers `['GET', service, path?query]` with the whole result (all pages) as JSON indented by one space, a field a line.
 * Never rejects, logs in at the first question. `exit` is 0, or the HTTP status of an error; a status in the ask's
 * `okExits` is an answer. A failed answer has in `stderr` what to tell a person: the English line, then the Chinese one.
 */
export function openApi(config: CloudConfig, patience: Patience = usualPatience): Transport {
  const http = openHttp(config.tls, patience)
  const session = openSession(config, http)
  const limit = pLimit(AT_ONCE)
  return {
    ask: (asks) => Promise.all(asks.map((ask) => limit(() => answered(ask, session)))),
    close: () => http.close(),
  }
}

async function answered(ask: Ask, session: Session): Promise<Answer> {
  const started = performance.now()
  const outcome = await outcomeOf(ask, session).catch(failed)
  return { ask, ms: Math.round(performance.now() - started), ...outcome }
}

type Outcome = Omit<Answer, 'ask' | 'ms'>

async function outcomeOf(ask: Ask, session: Session): Promise<Outcome> {
  const [service, path] = requestOf(ask)
  const accepted = (reply: Reply) =>
    reply.status >= 400 && ask.okExits?.includes(reply.status) && json(reply.body) !== undefined
  const first = await session.get(service, path)
  if (accepted(first)) return { stdout: printed(json(first.body)), stderr: '', exit: first.status }
  const read = async (p: string) => bodyOf(p === path ? first : await session.get(service, p), sourceOf(service))
  return { stdout: printed(await allPages(path, read)), stderr: '', exit: 0 }
}

function requestOf({ argv }: Ask): readonly [Service, string] {
  const [method, word, path] = argv
  const service = services.find((s) => s === word)
  if (method === 'GET' && service !== undefined && path?.startsWith('/')) return [service, path]
  throw cloudError('not installed', `Not a question for the API: ${argv.join(' ')}`, `不是 API 请求：${argv.join(' ')}`)
}

const printed = (body: unknown) => JSON.stringify(withoutSecrets(body), null, 1)

function failed(error: unknown): Outcome {
  const told = error instanceof CloudError ? error : bug(error)
  return { stdout: '', stderr: '', exit: told.status, failure: told.failure }
}

const bug = (error: unknown) =>
  cloudError(
    'http',
    `Oldhand failed while it asked the API: ${String(error)}`,
    `Oldhand 访问 API 时出错：${String(error)}`,
  )
