import { setTimeout as sleep } from 'node:timers/promises'
import { commandLine } from '../core/answer.ts'
import { failureLine } from '../core/failure.ts'
import { type Say, say } from '../core/lang.ts'
import type { Parsed } from '../core/probe.ts'
import type { Doing, RepairStep, StepOutcome } from '../core/repair.ts'
import { operationOf } from './catalogue/catalogue.ts'
import type { Operation } from './catalogue/operation.ts'
import { RepairError } from './error.ts'
import type { Hands } from './hands.ts'

/** One command with what was there before it: a step forwards, or its undo. */
export interface Move {
  readonly index: number
  readonly doing: Doing
  readonly on: string
  readonly run: readonly string[]
  readonly operation: Operation
  readonly before: string
}

/** The move that a step is. @throws RepairError for what the catalogue does not know (a journal of a later Oldhand). */
export function moveOf(step: RepairStep, index: number, doing: Doing, run: readonly string[], before: string): Move {
  const operation = operationOf(run)
  if (operation) return { index, doing, on: step.on, run, operation, before }
  const command = commandLine({ host: '', argv: run })
  throw new RepairError(say(`Not a repair that this Oldhand knows: ${command}`, `本版本不认识的修复命令：${command}`))
}

/** Written down, then run, then looked at, then written down. Returns how it ended. */
export async function make(move: Move, hands: Hands): Promise<StepOutcome> {
  if (!hands.isLocked()) throw lostLock(move.on)
  const { index: step, doing, on, run, before } = move
  await hands.journal.write({ event: 'begun', step, doing, on, run, before })
  const answer = await hands.act(on, move.operation.argv?.(before) ?? run)
  if (answer.exit === null) await sleep(hands.patience.lateMs)
  const words = answer.failure ? failureLine(answer.failure).en : answer.stderr.trim().slice(-500)
  return settle(move, await hands.look(move.operation, on), { exit: answer.exit, words }, hands)
}

/** For a move whose end nobody saw: what is there tells. */
export async function inspect(move: Move, hands: Hands): Promise<StepOutcome> {
  await sleep(Math.max(0, begunAt(move, hands) + hands.patience.lateMs - Date.now()))
  const words = 'the end was not seen; looked at what is there'
  return settle(move, await hands.look(move.operation, move.on), { exit: null, words }, hands)
}

/** When it was sent last. Milliseconds since 1970. */
function begunAt({ index, doing }: Move, { journal }: Hands): number {
  const begun = journal.entries.findLast((e) => e.event === 'begun' && e.step === index && e.doing === doing)
  return begun ? Date.parse(begun.at) : 0
}

async function settle(
  move: Move,
  now: Parsed<string>,
  ended: { exit: number | null; words: string },
  { journal }: Hands,
): Promise<StepOutcome> {
  const { index: step, doing, on } = move
  // With neither an exit status nor a look at the host, nobody knows: the journal stays at "begun".
  if (!now.ok && ended.exit !== 0) throw new RepairError(unknownEnd(on, now.problem))
  const outcome = now.ok ? outcomeOf(move, now.fact) : 'done'
  await journal.write({ event: 'ended', step, doing, outcome, ...ended, ...(now.ok ? { now: now.fact } : {}) })
  return outcome
}

function outcomeOf({ operation, before }: Move, now: string): StepOutcome {
  if (operation.isDone(now, before)) return 'done'
  return now === before ? 'not done' : 'failed'
}

const unknownEnd = (host: string, why: Say) =>
  say(
    `Whether the command on ${host} was carried out is not known (${why.en}). When the host answers again: oldhand fix --resume, or oldhand undo.`,
    `无法确认 ${host} 上的命令是否执行成功（${why.zh}）。主机恢复应答后：oldhand fix --resume 或 oldhand undo。`,
  )
const lostLock = (host: string) =>
  new RepairError(
    say(
      `The lock on ${host} is gone (connection lost, or more than its time): nothing more is changed. See how far it is: oldhand fix --resume, or oldhand undo.`,
      `${host} 上的锁已失效（连接断开或超时）：不再做任何修改。继续或撤销：oldhand fix --resume 或 oldhand undo。`,
    ),
  )
