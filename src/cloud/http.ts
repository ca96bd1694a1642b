import { setTimeout as pause } from 'node:timers/promises'
import { Agent, type Dispatcher, request } from 'undici'
import type { Say } from '../core/lang.ts'
import { CloudError, cloudError, shown } from './failures.ts'
import { isBrokenConnection, tellNetwork } from './network-errors.ts'
import type { Tls } from './settings.ts'

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** It is sent once: whether it took, somebody looks. */
  readonly once?: boolean
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Which setting the URL is from: where to look when it is wrong. */
  readonly source: Say
}
export interface Reply {
  /** Where the answer came from, after redirects. */
  readonly url: string
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: string
}
export interface Http {
  /** Any HTTP status is a reply. Throws `CloudError` where there was none. */
  readonly send: (call: Call) => Promise<Reply>
  readonly close: () => Promise<void>
}

/** Unit: milliseconds. */
export interface Patience {
  readonly connectMs: number
  readonly answerMs: number
  /** Before the first retry; it doubles. */
  readonly backoffMs: number
}
export const usualPatience: Patience = { connectMs: 5_000, answerMs: 10_000, backoffMs: 300 }

const MAX_BYTES = 64 * 1024 * 1024
const MAX_REDIRECTS = 3
const busy = new Set([429, 502, 503, 504])

export function openHttp(tls: Tls, patience: Patience = usualPatience): Http {
  const agent = newAgent(tls, patience)
  const once = (call: Call) => followed(call, agent, patience)
  return { send: (call) => retried(call, once, patience), close: () => agent.destroy() }
}

const newAgent = (tls: Tls, { connectMs, answerMs }: Patience): Agent =>
  new Agent({
    // Node gives each address of a name 250 ms, which is too short for a far cloud with IPv6.
    connect: {
      timeout: connectMs,
      rejectUnauthorized: tls.verify,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: Math.ceil(connectMs / 2),
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    },
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
    maxResponseSize: MAX_BYTES,
  })

/** A GET is tried three times where the connection broke or the service was busy; a login twice, where it broke. */
async function retried(call: Call, once: (call: Call) => Promise<Reply>, { backoffMs }: Patience): Promise<Reply> {
  const retries = call.once ? 0 : call.method === 'GET' ? 2 : 1
  for (let tried = 0; ; tried++) {
    const reply = await once(call).catch((error: unknown) => ({ error }))
    const failed = 'error' in reply
    const again = failed ? isBrokenConnection(reply.error) : call.method === 'GET' && busy.has(reply.status)
    if (!again || tried === retries) {
      if (failed) throw tellNetwork(reply.error, call)
      return reply
    }
    await pause(backoffMs * 2 ** tried * (0.5 + Math.random()))
  }
}

async function followed(call: Call, agent: Agent, patience: Patience): Promise<Reply> {
  let at = call
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const reply = await exchange(at, agent, patience)
    const target = redirectTarget(reply)
    if (target === undefined) return reply
    if (!isSafe(at.url, target)) throw redirected(at, target)
    at = { ...at, url: target }
  }
  throw redirected(call, at.url)
}

async function exchange(call: Call, agent: Agent, { connectMs, answerMs }: Patience): Promise<Reply> {
  const headers = { accept: 'application/json', 'user-agent': 'oldhand', ...call.headers }
  const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) }
  const type = call.body === undefined ? {} : { 'content-type': 'application/json' }
  const reply = await request(wireUrl(call.url), {
    method: call.method,
    headers: { ...headers, ...type },
    dispatcher: agent,
    // A server that sends a byte now and then never runs into the agent's timeouts.
    signal: AbortSignal.timeout(connectMs + 2 * answerMs),
    ...body,
  })
  return {
    url: call.url,
    status: reply.statusCode,
    header: (name) => headerOf(reply, name),
    body: await reply.body.text(),
  }
}

// Some servers refuse what `new URL` leaves as it is in a query.
const wireUrl = (url: string) => url.replace(/[\^|`{}\\]/g, encodeURIComponent)

function headerOf({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

function redirectTarget(reply: Reply): string | undefined {
  const location = [301, 302, 303, 307, 308].includes(reply.status) ? reply.header('location') : undefined
  return location !== undefined && URL.canParse(location, reply.url) ? new URL(location, reply.url).href : undefined
}

/** The token goes along: only to the same host, and never from https to http. */
function isSafe(from: string, to: string): boolean {
  const [a, b] = [new URL(from), new URL(to)]
  return a.hostname === b.hostname && (b.protocol === 'https:' || a.protocol === b.protocol)
}

const redirected = ({ url, source }: Call, to: string): CloudError =>
  cloudError(
    'http',
    `${shown(url)} redirects to ${shown(to)}, which Oldhand does not follow with your token: correct ${source.en}.`,
    `${shown(url)} 重定向到 ${shown(to)}，Oldhand 不会带着 token 跟过去：请改正 ${source.zh}。`,
  )
