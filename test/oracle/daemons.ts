import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PROGRAM = '/usr/sbin/ovs-vswitchd'
const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema'

/** Why the real Open vSwitch cannot be asked here; where it must be there, its absence is a failure, not a skip. */
export function whyNoOvs(): string | undefined {
  if (existsSync(PROGRAM) && existsSync(SCHEMA)) return undefined
  const reason = `${PROGRAM} is not installed (package openvswitch-switch): nothing to compare with`
  if (process.env.OLDHAND_LAB === '1') throw new Error(reason)
  return reason
}

export interface Daemons {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  stop(): Promise<void>
}

// The keeper ends the daemons and removes their folder when its standard input ends, which also happens
// when the test is killed. `--detach` returns once a daemon answers, so nothing has to be waited for.
const KEEPER = `
cd "$1" || exit 1
ovsdb-tool create conf.db "$2" &&
ovsdb-server conf.db --detach --no-chdir --pidfile="$1/db.pid" --log-file="$1/db.log" \
  -vconsole:off -vsyslog:off --remote="punix:$1/db.sock" --unixctl="$1/db.ctl" &&
ovs-vsctl --db="unix:$1/db.sock" --no-wait init &&
ovs-vswitchd "unix:$1/db.sock" --enable-dummy=system --disable-system --disable-system-route \
  --detach --no-chdir --pidfile="$1/vs.pid" --log-file="$1/vs.log" -vconsole:off -vsyslog:off \
  --unixctl="$1/vs.ctl" && echo ready
read -r _
for pid in vs.pid db.pid; do [ -f $pid ] && kill "$(cat $pid)"; done
for pid in vs.pid db.pid; do
  tries=0
  while [ -f $pid ] && [ $tries -lt 200 ]; do sleep 0.02; tries=$((tries + 1)); done
  [ -f $pid ] && kill -9 "$(cat $pid)"
done
cd / && rm -rf "$1"
`

/** A private ovsdb-server and ovs-vswitchd with dummy ports only: no root, no kernel, no system interface. */
export async function startDaemons(): Promise<Daemons> {
  const folder = await mkdtemp(join(tmpdir(), 'ovs-'))
  const env = {
    ...process.env,
    PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`,
    OVS_RUNDIR: folder,
    OVS_DBDIR: folder,
    OVS_LOGDIR: folder,
  }
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', folder, SCHEMA], { env, detached: true })
  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()))
  let said = ''
  await new Promise<void>((resolve, reject) => {
    keeper.stdout.once('data', () => resolve())
    keeper.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    keeper.once('error', reject)
    void ended.then(() => reject(new Error(`Open vSwitch did not start: ${said}`)))
  })
  const stop = async () => {
    keeper.stdin.end()
    await ended
  }
  return { folder, env, stop }
}
