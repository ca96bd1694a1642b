import { randomBytes } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { Command } from 'commander'
import { type Answer, API, type Ask } from '../core/answer.ts'
import type { Failure } from '../core/failure.ts'
import { failureLine } from '../core/failure.ts'
import { say } from '../core/lang.ts'
import type { Entry, Plan, RepairStep } from '../core/repair.ts'
import type { HostLock } from '../hosts/lock.ts'
import {
  ACT_SECONDS,
  apiChangeOf,
  checkCause,
  type Hands,
  type Journal,
  lookNow,
  type Open,
  openJournal,
  proveNow,
  RepairError,
  type Sending,
  snapshotNow,
  usualJournal,
} from '../repairing.ts'
import { localeOf } from './language.ts'
import { addAccess, changeLive, openHosts, openLive, type ReachOptions } from './reach.ts'

export interface RepairOptions extends ReachOptions {
  readonly journal: string
  readonly step?: boolean
  readonly yes?: boolean
}

/** What `fix` and `undo` have in common. */
export function addRepair(command: Command): Command {
  const { t } = localeOf(process.argv)
  return addAccess(command)
    .option('--journal <file>', t('where repairs are written down', '修复日志文件'), usualJournal())
    .option('--step', t('ask before each step', '每一步都询问'))
}

/** Opens the journal for a work that writes to it. */
export async function journalled<T>(
  { journal: path }: RepairOptions,
  work: (journal: Journal) => Promise<T>,
): Promise<T> {
  const journal = await openJournal(path, whoAmI())
  try {
    return await work(journal)
  } finally {
    await journal.close()
  }
}

export const openingLive =
  (options: ReachOptions): Open =>
  () =>
    openLive(options)

/** Who repairs, and from where, as the journal keeps it. */
function whoAmI(env: NodeJS.ProcessEnv = process.env): Entry['by'] {
  const from = env.SSH_CONNECTION?.split(' ')[0]
  const user = env.SUDO_USER || userInfo().username
  return { user, machine: hostname(), ...(from === undefined ? {} : { from }) }
}

/** Locks the host of a plan and gives a repair its hands; both end with `work`. */
export async function withHands<T>(
  plan: Plan,
  journal: Journal,
  { options, agrees }: { readonly options: RepairOptions; readonly agrees: Hands['agrees'] },
  work: (hands: Hands) => Promise<T>,
): Promise<T> {
  const fleet = openHosts(options, { commandDeadlineMs: ACT_SECONDS * 1000, deadlineMs: 1_000_000 })
  const touched = plan.steps.find(({ on }) => on !== API)
  const lock = touched && (await locked(fleet, touched.on))
  const open = openingLive(options)
  const seen = plan.byPackets ? sending : undefined
  try {
    return await work({
      journal: { entries: journal.entries, write: (event) => journal.write(plan.id, event) },
      act: (host, run) =>
        actOn(options, { host, argv: run, root: true, ...(lock ? { notAfter: lock.uptime() + LATE_S } : {}) }),
      look: (operation, host) => lookNow(operation, host, open),
      isLocked: () => lock?.isHeld() ?? true,
      check: (cause, host) => checkCause(cause, { host, port: plan.port }, open, seen),
      diagnose: () => snapshotNow(plan.port, open, seen),
      ...(plan.proves ? { prove: () => proveNow(plan.port, open, sending) } : {}),
      agrees,
      tell: (line) => void process.stderr.write(`${localeOf(process.argv).tell(line)}\n`),
      patience: { everyMs: 3000, forMs: patienceOf, lateMs: LATE_S * 1000 },
    })
  } finally {
    await lock?.release()
    await fleet.close()
  }
}

/** Agreed to with the plan. */
const sending: Sending = (bench) => ({ bench, run: randomBytes(4).toString('hex'), agree: async () => 'yes' })

/** A command of a repair that has not begun by then will not. Seconds. */
const LATE_S = 20

/** An agent that starts reads every port of its host again before it is done. */
const patienceOf = ({ risk }: RepairStep) => (risk === 'restarts a service' ? 120_000 : 30_000)

async function locked(fleet: ReturnType<typeof openHosts>, host: string): Promise<HostLock> {
  const { user, machine } = whoAmI()
  const lock = await fleet.lock(host, `${user}@${machine} ${new Date().toISOString().slice(0, 19)}Z`)
  if (!isFailure(lock)) return lock
  await fleet.close()
  const { en, zh } = failureLine(lock)
  throw new RepairError(say(`${host} could not be locked: ${en}`, `无法锁定 ${host}：${zh}`))
}
const isFailure = (lock: HostLock | Failure): lock is Failure => 'reason' in lock

async function actOn(options: ReachOptions, ask: Ask): Promise<Answer> {
  const change = apiChangeOf(ask.argv)
  if (change) return changeLive(options, change)
  const deadlines = { commandDeadlineMs: ACT_SECONDS * 1000, deadlineMs: (ACT_SECONDS + 30) * 1000 }
  const fleet = openHosts(options, deadlines)
  try {
    const [answer] = await fleet.ask([ask])
    return answer ?? { ask, stdout: '', stderr: '', exit: null, ms: 0 }
  } finally {
    await fleet.close()
  }
}
