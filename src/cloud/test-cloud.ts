import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** For tests: a real HTTP server with the shapes that Keystone 22 and Neutron 21 were recorded with. */
export interface TestCloud {
  readonly url: string
  readonly heard: readonly Heard[]
  readonly close: () => Promise<void>
}
interface Heard {
  readonly method: string
  readonly path: string
  readonly token: string | undefined
  readonly body: unknown
}
export interface Response {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object goes out as JSON, text as it is. */
  readonly body?: unknown
}
/** What to answer to a request; `hang` never does, `reset` cuts the connection. Nothing: Neutron's 404. */
export type Answering = (request: Heard, url: string) => Response | 'hang' | 'reset' | undefined

export async function startCloud(answering: Answering, tls?: { key: string; cert: string }): Promise<TestCloud> {
  const heard: Heard[] = []
  let url = ''
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void hear(request).then((one) => {
      heard.push(one)
      send(response, answering(one, url) ?? keystone(one, url) ?? notFound)
    })
  }
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${(server.address() as AddressInfo).port}`
  return { url, heard, close: () => stop(server) }
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

async function hear(request: IncomingMessage): Promise<Heard> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const token = request.headers['x-auth-token']
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    token: token?.toString(),
    body: text ? JSON.parse(text) : undefined,
  }
}

function send(response: ServerResponse, reply: Response | 'hang' | 'reset'): void {
  if (reply === 'hang') return
  if (reply === 'reset') {
    response.socket?.destroy()
    return
  }
  const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {})
  response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers })
  response.end(body)
}

export const token = (id: string, catalog: unknown): Response => ({
  status: 201,
  headers: { 'x-subject-token': id },
  body: { token: { methods: ['password'], expires_at: '2026-11-24T12:35:41.000000Z', catalog } },
})

export const endpoint = (url: string, more: object = {}) => ({
  interface: 'public',
  url,
  region: 'RegionOne',
  region_id: 'RegionOne',
  ...more,
})

const keystone = ({ method, path }: Heard, url: string): Response | undefined =>
  method === 'POST' && path === '/v3/auth/tokens'
    ? token('t1', [
        { type: 'network', name: 'neutron', endpoints: [endpoint(url)] },
        { type: 'identity', name: 'keystone', endpoints: [endpoint(`${url}/v3`)] },
      ])
    : undefined

const notFound: Response = {
  status: 404,
  body: { NeutronError: { type: 'HTTPNotFound', message: 'The resource could not be found.', detail: '' } },
}
