import { z } from 'zod'
import { type Say, say } from '../core/lang.ts'
import { isRecord, json } from '../core/scan.ts'
import type { Catalog } from './catalog.ts'
import { CloudError, cloudError, shown } from './failures.ts'
import type { Http, Reply } from './http.ts'
import { bodyOf, messageOf } from './replies.ts'
import type { Auth, CloudConfig, Scope, User } from './settings.ts'

/** What Keystone gives: a token to show, and where the services are. */
export interface Access {
  readonly token: string | undefined
  readonly catalog: Catalog
}

const source = say('auth_url', 'auth_url')

/** Logs in once. Throws `CloudError` naming the credential that was refused, never its secret. */
export async function logIn({ auth, name }: CloudConfig, http: Http): Promise<Access> {
  if (auth.type === 'none') return { token: undefined, catalog: [] }
  const url = `${auth.url.replace(/\/v(2\.0|3)$/, '')}/v3/auth/tokens`
  const reply = await http.send({ method: 'POST', url, body: { auth: requestOf(auth) }, source })
  if (isRefusal(reply)) throw refused(auth, name, reply)
  if (reply.status === 404) throw notKeystone(reply)
  return accessOf(reply)
}

/** Keystone itself answers 404 for a token that it does not know, but with an error of its own. */
function isRefusal({ status, body }: Reply): boolean {
  if (status === 401 || status === 403) return true
  const said = json(body)
  return status === 404 && isRecord(said) && isRecord(said.error) && said.error.code === 404
}

function requestOf(auth: Exclude<Auth, { type: 'none' }>): unknown {
  switch (auth.type) {
    case 'password':
      return withScope(
        { methods: ['password'], password: { user: { ...auth.user, password: auth.password } } },
        auth.scope,
      )
    case 'token':
      return withScope({ methods: ['token'], token: { id: auth.token } }, auth.scope)
    case 'application credential':
      return withScope(
        { methods: ['application_credential'], application_credential: { ...auth.credential, secret: auth.secret } },
        undefined,
      )
  }
}

const withScope = (identity: unknown, scope: Scope | undefined) => ({ identity, ...(scope ? { scope } : {}) })

const tokenSchema = z.object({
  token: z.object({
    catalog: z
      .array(
        z.object({
          type: z.string(),
          endpoints: z.array(
            z.object({
              interface: z.string(),
              url: z.string(),
              region: z.string().nullish(),
              region_id: z.string().nullish(),
            }),
          ),
        }),
      )
      .optional(),
  }),
})

function accessOf(reply: Reply): Access {
  const body = bodyOf(reply, source)
  const token = reply.header('x-subject-token')
  const parsed = tokenSchema.safeParse(body)
  if (token === undefined || !parsed.success) throw strange(reply)
  const { catalog } = parsed.data.token
  if (catalog === undefined) throw noScope()
  return { token, catalog: catalog.map(({ type, endpoints }) => ({ type, endpoints: endpoints.map(toEndpoint) })) }
}

function toEndpoint(e: {
  interface: string
  url: string
  region?: string | null | undefined
  region_id?: string | null | undefined
}) {
  const region = e.region_id ?? e.region
  return { interface: e.interface, url: e.url, ...(region ? { region } : {}) }
}

function refused(auth: Exclude<Auth, { type: 'none' }>, cloud: string, reply: Reply): CloudError {
  const [at, who, check] = [shown(reply.url), credential(auth), toCheck(auth)]
  const said = messageOf(reply)
  return new CloudError(
    say(
      `Keystone at ${at} refuses ${who.en} of cloud "${cloud}" (${reply.status}: ${said}): check ${check.en}.`,
      `Keystone（${at}）拒绝了云 "${cloud}" 的${who.zh}（${reply.status}：${said}）：请检查${check.zh}。`,
    ),
    'denied',
    reply.status,
  )
}

function credential(auth: Exclude<Auth, { type: 'none' }>): Say {
  if (auth.type === 'token') return say('the token', ' token')
  if (auth.type === 'password') {
    const user = userName(auth.user)
    return say(`the password of user ${user.en}`, `用户 ${user.zh}的密码`)
  }
  const { credential: c } = auth
  if ('id' in c) return say(`the application credential ${c.id}`, `应用凭证 ${c.id}`)
  const user = userName(c.user)
  return say(`the application credential "${c.name}" of user ${user.en}`, `用户 ${user.zh}的应用凭证 "${c.name}"`)
}

function userName(user: User): Say {
  if ('id' in user) return say(user.id, `${user.id} `)
  const domain = 'id' in user.domain ? user.domain.id : user.domain.name
  return say(`"${user.name}" (domain ${domain})`, `"${user.name}"（域 ${domain}）`)
}

function toCheck(auth: Exclude<Auth, { type: 'none' }>): Say {
  if (auth.type === 'token')
    return say('that it has not expired (openstack token issue)', '它是否已过期（openstack token issue）')
  if (auth.type === 'password') return say('user name, password, the domains and the project', '用户名、密码、域和项目')
  return say(
    'its id and secret, and that it has neither expired nor been deleted',
    '其 id 和 secret，以及是否已过期或被删除',
  )
}

const notKeystone = (reply: Reply) =>
  cloudError(
    'http',
    `There is no Keystone v3 at ${shown(reply.url)} (404): check port and path of auth_url (:5000, or /identity).`,
    `${shown(reply.url)} 处没有 Keystone v3（404）：请检查 auth_url 的端口和路径（:5000 或 /identity）。`,
    reply.status,
  )

const strange = (reply: Reply) =>
  cloudError(
    'http',
    `${shown(reply.url)} answered ${reply.status}, but without a Keystone token: check auth_url.`,
    `${shown(reply.url)} 返回了 ${reply.status}，但没有 Keystone token：请检查 auth_url。`,
    reply.status,
  )

const noScope = () =>
  cloudError(
    'exit',
    'Keystone gave a token without a catalogue, because it is for no project: set project_name (OS_PROJECT_NAME).',
    'Keystone 返回的 token 没有服务目录（未限定项目）：请设置 project_name（OS_PROJECT_NAME）。',
  )
