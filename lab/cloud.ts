import { keystoneUrl, neutronUrl } from './config/neutron.ts'
import { LabError } from './failure.ts'
import { onMachine } from './machine.ts'
import { ctl } from './names.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

interface Answer {
  readonly status: number
  readonly headers: string
  readonly body: string
}

/** The cloud's API as its administrator. The caller says what shape the answer has. */
export interface Cloud {
  readonly userId: string
  readonly projectId: string
  identity<T>(method: Method, path: string, body?: object): Promise<T>
  network<T>(method: Method, path: string, body?: object): Promise<T>
}

interface TokenBody {
  readonly token: { readonly user: { readonly id: string }; readonly project: { readonly id: string } }
}

export async function openCloud(adminPassword: string): Promise<Cloud> {
  const user = { name: 'admin', domain: { id: 'default' }, password: adminPassword }
  const scope = { project: { name: 'admin', domain: { id: 'default' } } }
  const auth = { identity: { methods: ['password'], password: { user } }, scope }
  const answer = await request('POST', `${keystoneUrl}/auth/tokens`, { auth })
  const token = /^x-subject-token: *(\S+)/im.exec(answer.headers)?.[1]
  if (token === undefined) throw new LabError(`Keystone gave no token: ${answer.status} ${answer.body}`)
  const { user: me, project } = (JSON.parse(answer.body) as TokenBody).token
  return {
    userId: me.id,
    projectId: project.id,
    identity: (method, path, body) => call(method, `${keystoneUrl}${path}`, token, body),
    network: (method, path, body) => call(method, `${neutronUrl}/v2.0${path}`, token, body),
  }
}

async function call<T>(method: Method, url: string, token: string, body?: object): Promise<T> {
  const answer = await request(method, url, body, token)
  if (answer.status >= 300) throw new LabError(`${method} ${url}: ${answer.status} ${answer.body}`)
  return (answer.body ? JSON.parse(answer.body) : undefined) as T
}

/** By curl on the controller: this process is in another network namespace than the cloud. */
async function request(method: Method, url: string, body?: object, token?: string): Promise<Answer> {
  const argv = [
    'curl',
    '-sS',
    '-i',
    '--http1.1',
    '--max-time',
    '40',
    '-X',
    method,
    '-H',
    'Content-Type: application/json',
    '-H',
    'Expect:',
  ]
  if (token !== undefined) argv.push('-H', `X-Auth-Token: ${token}`)
  if (body !== undefined) argv.push('-d', '@-')
  const { code, stdout, stderr } = await onMachine(ctl.name, [...argv, url], {
    input: body ? JSON.stringify(body) : '',
  })
  if (code !== 0) throw new LabError(`${method} ${url}: ${stderr.trim()}`)
  const end = stdout.indexOf('\r\n\r\n')
  const headers = stdout.slice(0, end)
  return { status: Number(headers.split(' ')[1]), headers, body: stdout.slice(end + 4) }
}
