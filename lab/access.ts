import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { Access } from './config/common.ts'
import { keystoneUrl } from './config/neutron.ts'
import type { Controller } from './controller.ts'
import { must } from './exec.ts'
import { hosts, paths } from './names.ts'

/** Makes the key of the operator and one for each host, and what ssh needs to know of them. */
export async function makeKeys(sudoers: string): Promise<ReadonlyMap<string, Access>> {
  await makeKey(paths.sshKey, 'oldhand-lab')
  const publicKey = await readFile(`${paths.sshKey}.pub`, 'utf8')
  const known: string[] = []
  const access = new Map<string, Access>()
  for (const { name, address } of hosts) {
    const file = `${paths.hostDir(name)}/ssh_host_key`
    await mkdir(paths.hostDir(name), { recursive: true })
    await makeKey(file, name)
    known.push(`${address} ${await readFile(`${file}.pub`, 'utf8')}`)
    access.set(name, { publicKey, hostKey: await readFile(file, 'utf8'), sudoers })
  }
  await writeFile(paths.knownHosts, known.join(''))
  await writeFile(paths.sshConfig, sshConfig())
  return access
}

async function makeKey(file: string, comment: string): Promise<void> {
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file])
}

function sshConfig(): string {
  const one = ({ name, address }: (typeof hosts)[number]): string => `Host ${name}\n  HostName ${address}\n`
  const all = [
    'Host *',
    'User oldhand',
    `IdentityFile ${paths.sshKey}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${paths.knownHosts}`,
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
    'BatchMode yes',
  ]
  return `${hosts.map(one).join('')}${all.join('\n  ')}\n`
}

export async function writeClouds({ secrets, appCredential }: Controller): Promise<void> {
  const text = `clouds:
  lab:
    auth_type: password
    auth:
      auth_url: ${keystoneUrl}
      username: admin
      password: ${secrets.admin}
      project_name: admin
      user_domain_name: Default
      project_domain_name: Default
    region_name: RegionOne
    identity_api_version: 3
  lab-appcred:
    auth_type: v3applicationcredential
    auth:
      auth_url: ${keystoneUrl}
      application_credential_id: ${appCredential.id}
      application_credential_secret: ${appCredential.secret}
    region_name: RegionOne
    identity_api_version: 3
`
  await writeFile(paths.clouds, text, { mode: 0o600 })
}
