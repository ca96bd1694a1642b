import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFleet } from './fleet.ts'

/** A real sshd on loopback, asked through the real OpenSSH client. */

const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path))

// An account that nobody may log in to has no SSH to test.
const mayLogIn = !/(nologin|false)$/.test(userInfo().shell ?? '')

describe.skipIf(!sshd || !mayLogIn)('over SSH', () => {
  let folder: string
  let server: ChildProcess
  let port: number

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'oldhand-test-'))
    port = await freePort()
    for (const name of ['host_key', 'user_key'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
    writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'user_key.pub')), { mode: 0o600 })
    writeFileSync(join(folder, 'sshd_config'), serverConfig(folder, port))
    // As root, sshd insists on this directory.
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
    server = spawn(sshd ?? '', ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' })
    await until(() => speaks(port))
    const [type, key] = readFileSync(join(folder, 'host_key.pub'), 'utf8').split(' ')
    writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`)
    writeFileSync(join(folder, 'empty_known_hosts'), '')
    writeFileSync(join(folder, 'ssh_config'), clientConfig(folder, port))
  })
  afterAll(() => {
    server.kill('SIGCONT')
    server.kill()
    rmSync(folder, { recursive: true })
  })

  const open = (targets: Record<string, string> = {}) =>
    openFleet({
      sshConfig: join(folder, 'ssh_config'),
      targets,
      localNames: [],
      commandDeadlineMs: 5000,
      deadlineMs: 50_000,
    })

  test('one session answers everything, and the next round shares its connection', async () => {
    const fleet = open({ 'neutron-name': 'good' })
    const round = () =>
      fleet.ask([
        { host: 'neutron-name', argv: ['sh', '-c', 'echo $PPID'] },
        { host: 'neutron-name', argv: ['printf', '%s', "it's"] },
      ])
    const first = await round()
    expect(first.map((a) => a.failure)).toEqual([undefined, undefined])
    expect(first[1]?.stdout).toBe("it's")
    expect((await round())[1]?.stdout).toBe("it's")
    await fleet.close()
  })

  test.each([
    ['stranger', 'denied', /known_hosts/],
    ['nokey', 'denied', /user and key/],
    ['closed', 'unreachable', /sshd running/],
  ])('%s: %s, in one sentence that says what to check', async (target, reason, advice) => {
    const fleet = open()
    const [answer] = await fleet.ask([{ host: target, argv: ['true'] }])
    await fleet.close()
    expect(answer?.failure?.reason).toBe(reason)
    expect(answer?.failure?.detail.en).toMatch(advice)
    expect(answer?.failure?.detail.en).not.toMatch(/\n/)
  })

  test('an sshd that hangs costs one deadline, also for the rounds that follow', async () => {
    server.kill('SIGSTOP')
    const fleet = open()
    const [answer] = await fleet.ask([{ host: 'good', argv: ['true'] }])
    expect(answer?.failure?.reason).toBe('unreachable')
    const again = await fleet.ask([{ host: 'good', argv: ['true'] }])
    server.kill('SIGCONT')
    await fleet.close()
    expect(again[0]?.failure).toEqual(answer?.failure)
  })
})

const serverConfig = (folder: string, port: number) => `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host_key
AuthorizedKeysFile ${folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
`
const clientConfig = (folder: string, port: number) => `Host stranger
  UserKnownHostsFile ${folder}/empty_known_hosts
Host nokey
  PubkeyAuthentication no
Host closed
  Port 1
Host *
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${folder}/user_key
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${folder}/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
`

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const speaks = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('data', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('sshd did not come up')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
