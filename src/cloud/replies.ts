import { type Say, say } from '../core/lang.ts'
import { isRecord, json } from '../core/scan.ts'
import { CloudError, shown } from './failures.ts'
import type { Reply } from './http.ts'

/** The JSON object of a good reply. Throws `CloudError` with the API's own message for all others. */
export function bodyOf(reply: Reply, source: Say): Readonly<Record<string, unknown>> {
  if (reply.status === 300) throw versions(reply, source)
  if (reply.status >= 400) throw refused(reply)
  const body = json(reply.body)
  if (reply.status < 300 && isRecord(body)) return body
  throw notJson(reply, source)
}

/** The API's own words: `{"NeutronError": {"message": …}}`, `{"error": {…}}`, `{"itemNotFound": {…}}`, or a page's title. */
export function messageOf(reply: Reply): string {
  const body = json(reply.body)
  const inner = isRecord(body)
    ? [body, ...Object.values(body)].find((v) => isRecord(v) && typeof v.message === 'string')
    : undefined
  const message = isRecord(inner) ? String(inner.message) : neutronText(body)
  return oneLine(message ?? title(reply.body) ?? 'no message')
}

// Neutron's noauth and policy layers may answer `{"NeutronError": "text"}`.
const neutronText = (body: unknown) =>
  isRecord(body) ? Object.values(body).find((v) => typeof v === 'string') : undefined

const title = (text: string) => /<title>([^<]{1,200})<\/title>/i.exec(text.slice(0, 4_000))?.[1]

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 300).replace(/\.$/, '')

function refused(reply: Reply): CloudError {
  const [at, said] = [shown(reply.url), messageOf(reply)]
  const reason = reply.status === 401 || reply.status === 403 ? 'denied' : 'http'
  const detail = `${reply.status} ${said}`
  const [en, zh] = advice(reply.status)
  return new CloudError(say(`${at} answered ${detail}: ${en}.`, `${at} 返回 ${detail}：${zh}。`), reason, reply.status)
}

function advice(status: number): readonly [string, string] {
  if (status === 401) return ['the token is not accepted; check the credentials', 'token 不被接受，请检查凭证']
  if (status === 403)
    return [
      'your role may not read this; use an administrator or reader account',
      '当前角色没有读取权限，请使用管理员或 reader 账号',
    ]
  if (status === 404)
    return [
      'there is no such object, or the endpoint in the catalogue is wrong',
      '对象不存在，或服务目录中的 endpoint 有误',
    ]
  if (status === 429) return ['too many requests; try again later', '请求过多，请稍后再试']
  if (status === 503 || status === 502 || status === 504)
    return ['the service behind it is down; look at its log', '后端服务不可用，请查看其日志']
  if (status >= 500) return ['the service failed; look at its log', '服务内部出错，请查看其日志']
  return ['the request is not accepted', '请求未被接受']
}

const versions = (reply: Reply, source: Say) =>
  unexpected(reply, [
    `${shown(reply.url)} answers with a list of API versions: check the path in ${source.en}.`,
    `${shown(reply.url)} 返回的是 API 版本列表：请检查 ${source.zh} 中的路径。`,
  ])

const notJson = (reply: Reply, source: Say) =>
  unexpected(reply, [
    `${shown(reply.url)} answered ${reply.status} with ${kindOf(reply)} instead of JSON: check that ${source.en} is the API's URL, not a web page's.`,
    `${shown(reply.url)} 返回 ${reply.status}，内容不是 JSON 而是 ${kindOf(reply)}：请检查 ${source.zh} 是否是 API 地址而不是网页地址。`,
  ])

const unexpected = (reply: Reply, [en, zh]: readonly [string, string]) =>
  new CloudError(say(en, zh), 'http', reply.status)

const kindOf = (reply: Reply) => (/^\s*</.test(reply.body) ? 'HTML' : reply.body === '' ? 'nothing' : 'something else')
