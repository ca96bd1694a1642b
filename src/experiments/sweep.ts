import type { Answer, Ask } from '../core/answer.ts'
import { failureLine } from '../core/failure.ts'
import { guardedIn, processesOf } from '../core/guard.ts'
import { type Say, say } from '../core/lang.ts'
import { linesOf } from '../core/scan.ts'
import type { Transport } from '../core/transport.ts'
import { LONGEST_S, marks } from './run.ts'

/** Something that a run of Oldhand has put on a host. */
export interface Leftover {
  readonly kind: 'process' | keyof typeof marks
  readonly run: string
  readonly name: string
  /** A process of its run is younger than it may become: somebody is at work, and it is left alone. */
  readonly inUse: boolean
}
export interface Swept {
  readonly host: string
  readonly found: readonly Leftover[]
  /** Where it cannot be told whether anything is there. */
  readonly unknown: readonly Say[]
}

// init is always there, so that its absence means that not all processes are shown (hidepid).
const processFilter = '^ *1 |OLDHAND=[0-9a-f]{8}'
const portsCommand = ['ovs-vsctl', '--timeout=8', '--no-headings', '--bare', '--columns=name', 'list', 'Interface']

const asksOf = (host: string): readonly [Ask, Ask, Ask] => [
  { host, argv: ['ps', '-ww', '-eo', 'pid,etimes,args'], pipe: [['grep', '-aE', processFilter]] },
  { host, root: true, argv: portsCommand, maxBytes: 4 << 20 },
  // 2: nobody has made a namespace yet.
  { host, argv: ['ls', '/run/netns'], okExits: [0, 2] },
]

/** What all runs have left on these hosts. */
export async function look(hosts: readonly string[], transport: Transport): Promise<readonly Swept[]> {
  const answers = await transport.ask(hosts.flatMap(asksOf))
  return hosts.map((host) =>
    sweptOf(
      host,
      answers.filter((a) => a.ask.host === host),
    ),
  )
}

/** Removes what nobody uses, and looks again. */
export async function remove(swept: readonly Swept[], transport: Transport): Promise<readonly Swept[]> {
  const asks = swept.flatMap(({ host, found }) =>
    found.filter((leftover) => !leftover.inUse).map((leftover) => ({ host, ...removal(leftover) })),
  )
  await transport.ask(asks)
  return look(
    swept.map(({ host }) => host),
    transport,
  )
}

/** Ends what a run has running on a host. */
export const ending = (run: string): Omit<Ask, 'host'> => removal({ kind: 'process', run, name: '' })

function removal({ kind, run, name }: Pick<Leftover, 'kind' | 'run' | 'name'>): Omit<Ask, 'host'> {
  switch (kind) {
    // SIGTERM: the `timeout` passes it on to what runs under it. 1: it has ended in the meantime.
    case 'process':
      return { root: true, argv: ['pkill', '-TERM', '-f', processesOf(run)], okExits: [0, 1] }
    case 'port':
      return { root: true, argv: ['ovs-vsctl', '--timeout=8', '--if-exists', 'del-port', name] }
    case 'namespace':
      return { root: true, argv: ['ip', 'netns', 'del', name] }
  }
}

/** What sweeping runs as root, of one run, for a sudoers file. */
export const sweepCommands = (run: string): readonly (readonly string[])[] => [
  portsCommand,
  removal({ kind: 'process', run, name: '' }).argv,
  ...Array.from({ length: 10 }, (_, n) => removal({ kind: 'port', run, name: `oh${run}${n}` }).argv),
  removal({ kind: 'namespace', run, name: `oldhand-${run}` }).argv,
]

function sweptOf(host: string, [processes, ports, namespaces]: readonly Answer[]): Swept {
  const running = processesIn(processes)
  const young = new Set(running.filter((p) => p.age <= p.limit).map((p) => p.run))
  const found = [
    ...running.map(({ run, name }) => ({ kind: 'process' as const, run, name })),
    ...namesIn(ports, 'port'),
    ...namesIn(namespaces, 'namespace'),
  ]
  return {
    host,
    found: found.map((leftover) => ({ ...leftover, inUse: young.has(leftover.run) })),
    unknown: [...hidden(processes), ...[processes, ports, namespaces].flatMap(failureIn)],
  }
}

interface Running {
  readonly run: string
  readonly name: string
  /** Seconds since it was started, and how many it may have: a watch lasts longer than an experiment. */
  readonly age: number
  readonly limit: number
}

function processesIn(answer: Answer | undefined): readonly Running[] {
  return linesOf(answer?.stdout ?? '').flatMap((line) => {
    const [, pid = '', age = '', args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    const [, seconds = '0', run] = guardedIn.exec(args) ?? []
    const limit = Math.max(LONGEST_S, Number(seconds) + SLACK_S)
    return run === undefined ? [] : [{ run, name: `${pid} ${args}`, age: Number(age), limit }]
  })
}

/** A command that was told to end is over by then. */
const SLACK_S = 5

const namesIn = (answer: Answer | undefined, kind: 'port' | 'namespace') =>
  linesOf(answer?.stdout ?? '').flatMap((line) => {
    const run = marks[kind].exec(line.trim())?.[1]
    return run === undefined ? [] : [{ kind, run, name: line.trim() }]
  })

const hidden = (answer: Answer | undefined): readonly Say[] =>
  answer && !answer.failure && !/^ *1 /m.test(answer.stdout)
    ? [say('not all processes are shown to this login (hidepid)', '该用户看不到全部进程（hidepid）')]
    : []

/** A host without Open vSwitch has no port of it. */
const failureIn = (answer: Answer | undefined): readonly Say[] =>
  answer?.failure && answer.failure.reason !== 'not installed' ? [failureLine(answer.failure)] : []
