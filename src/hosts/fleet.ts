import pLimit from 'p-limit'
import type { Answer, Ask } from '../core/answer.ts'
import type { Failure } from '../core/failure.ts'
import type { Bench, Ear, Started } from '../core/transport.ts'
import { listen } from './listen.ts'
import { type HostLock, takeLock } from './lock.ts'
import { runSession, type Session } from './session.ts'
import { explainSsh, isBusy, openSsh, type Ssh } from './ssh.ts'

export interface FleetOptions {
  readonly sshConfig?: string
  /** Neutron's host name → SSH target; a host that is not in it is its own target. */
  readonly targets: Readonly<Record<string, string>>
  /** Names of this machine: such a host is asked without SSH. */
  readonly localNames: readonly string[]
  /** For one command. Milliseconds. */
  readonly commandDeadlineMs: number
  /** For all asking together; the time in which nothing is asked (the operator thinks) does not count. Milliseconds. */
  readonly deadlineMs: number
}

export interface Fleet extends Bench, Ear {
  /** Keeps others from repairing the host; `owner` is told to whom it keeps off. */
  readonly lock: (host: string, owner: string) => Promise<HostLock | Failure>
}

/** Hosts at once. */
const LIMIT = 32
/** Another try where sshd was too busy to take us. */
const TRIES = 3

/** Asks many hosts in parallel, each in one session a round. */
export function openFleet(options: FleetOptions): Fleet {
  const ssh = openSsh(options.sshConfig)
  const used = new Set<string>()
  const dead = new Map<string, Answer['failure']>()
  let spent = 0
  const limit = pLimit(LIMIT)

  const askHost = async (host: string, asks: readonly Ask[]): Promise<readonly Answer[]> => {
    const gone = dead.get(host)
    // One dead host costs one deadline, not one for each round.
    if (gone) return asks.map((ask) => ({ ask, stdout: '', stderr: '', exit: null, ms: 0, failure: gone }))
    const answers = await patiently(sessionFor(host, options, { ssh, used, leftMs: options.deadlineMs - spent }), asks)
    const failed = answers.find((a) => a.failure?.reason === 'unreachable' && a.exit === null)
    if (failed && answers.every((a) => a.failure)) dead.set(host, failed.failure)
    return answers
  }

  return {
    ask: async (asks) => {
      const began = Date.now()
      const hosts = [...new Set(asks.map((ask) => ask.host))]
      const byHost = await Promise.all(
        hosts.map((host) =>
          limit(() =>
            askHost(
              host,
              asks.filter((ask) => ask.host === host),
            ),
          ),
        ),
      )
      spent += Date.now() - began
      const answers = new Map(byHost.flat().map((answer) => [answer.ask, answer]))
      return asks.flatMap((ask) => answers.get(ask) ?? [])
    },
    // Whoever listens has set a deadline for the command itself.
    listen: (ask, hearing) => listen(sessionFor(ask.host, options, { ssh, used, leftMs: LISTEN_MS })(), ask, hearing),
    start: (ask, sign) =>
      startOne(sessionFor(ask.host, options, { ssh, used, leftMs: options.commandDeadlineMs + CONNECT_MS }), ask, sign),
    lock: (host, owner) => takeLock(sessionFor(host, options, { ssh, used, leftMs: options.deadlineMs })().argv, owner),
    close: () => ssh.close([...used]),
  }
}

/** A session of its own, so that others can be asked meanwhile; the shared connection makes it cheap. */
function startOne(session: () => Session, ask: Ask, sign: string): Started {
  let begin: (is: boolean) => void = () => {}
  const ready = new Promise<boolean>((resolve) => {
    begin = resolve
  })
  const answers = runSession({ ...session(), onStderr: (text) => text.includes(sign) && begin(true) }, [ask])
  const answer = answers.then(([only]) => {
    begin(false)
    return only as Answer
  })
  return { ready, answer }
}

async function patiently(session: () => Session, asks: readonly Ask[]): Promise<readonly Answer[]> {
  for (let attempt = 1; ; attempt++) {
    const answers = await runSession(session(), asks)
    if (attempt === TRIES || !answers.every((a) => isBusy(a.failure))) return answers
    await new Promise((resolve) => setTimeout(resolve, attempt * (200 + Math.random() * 300)))
  }
}

/** Time after which a connection that does not speak counts as dead. Longer than ssh's own, so that ssh can say why. */
const CONNECT_MS = 10_000

/** No capture is longer: after this we hang up whatever the host does. */
const LISTEN_MS = 15 * 60_000

function sessionFor(
  host: string,
  options: FleetOptions,
  state: { ssh: Ssh; used: Set<string>; leftMs: number },
): () => Session {
  const mapped = options.targets[host]
  const local = mapped === undefined && options.localNames.includes(host)
  const target = mapped ?? host
  if (!local) state.used.add(target)
  return () => ({
    argv: local ? ['sh', '-s'] : state.ssh.argv(target),
    commandDeadlineMs: options.commandDeadlineMs,
    connectDeadlineMs: CONNECT_MS,
    deadlineMs: Math.max(1, state.leftMs),
    explain: explainSsh(target),
  })
}
