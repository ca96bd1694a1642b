import { say } from '../core/lang.ts'
import { endpointOf } from './catalog.ts'
import type { Http, Reply } from './http.ts'
import { type Access, logIn } from './keystone.ts'
import type { CloudConfig, Service } from './settings.ts'

export interface Change {
  readonly method: 'PUT' | 'POST' | 'DELETE'
  readonly body?: unknown
}

/** Asks services with a token that is got at the first question and renewed when it is refused. */
export interface Session {
  /** `path` begins with the version (Nova's does not). Throws `CloudError` where nothing answered. */
  readonly get: (service: Service, path: string) => Promise<Reply>
  /** Sent once; not again with a new token either. */
  readonly change: (service: Service, path: string, change: Change) => Promise<Reply>
}

export function openSession(config: CloudConfig, http: Http): Session {
  let current: Promise<Access> | undefined
  const access = () => (current ??= logIn(config, http))
  // Of many requests that a stale token fails, the first one renews it for all.
  const renewed = (stale: Promise<Access>) => {
    if (current === stale) current = logIn(config, http)
    return access()
  }
  return {
    get: async (service, path) => {
      const held = access()
      const reply = await ask(await held, service, path)
      if (reply.status !== 401 || config.auth.type === 'none') return reply
      return ask(await renewed(held), service, path)
    },
    change: async (service, path, change) => ask(await access(), service, path, { ...change, once: true }),
  }

  function ask(
    { token, catalog }: Access,
    service: Service,
    path: string,
    how: { method: 'GET' | Change['method']; body?: unknown; once?: boolean } = { method: 'GET' },
  ): Promise<Reply> {
    const url = endpointOf(service, catalog, config) + path
    return http.send({
      ...how,
      url,
      headers: token === undefined ? {} : { 'x-auth-token': token },
      source: sourceOf(service),
    })
  }
}

export const sourceOf = (service: Service) =>
  say(
    `the ${service} endpoint of the catalogue (or ${service}_endpoint_override)`,
    `${service} endpoint（服务目录或 ${service}_endpoint_override）`,
  )
