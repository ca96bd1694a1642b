import type { Scope } from '../core/cause.ts'
import type { Cell, Shift } from '../core/comparison.ts'
import type { Suspect } from '../core/diagnosis.ts'
import { type Say, say } from '../core/lang.ts'
import type { Subject } from '../core/subject.ts'
import type { Sureness } from '../core/verdict.ts'
import { expectedScopes } from './expected.ts'
import { against, hits, witnessesOf } from './isolate.ts'

/**
 * What the matrix does to the sureness of the causes that nothing else explains: likely where a suspicion is borne out by
 * witnesses on both sides, possible where one works that this cause would have to stop. It makes nothing certain and
 * takes nothing certain away: other VMs were not looked at in the same instant.
 */
export function weigh(causes: readonly Suspect[], cells: readonly Cell[], subject: Subject): readonly Shift[] {
  const witnesses = witnessesOf(cells)
  return causes.flatMap((suspect) => {
    const { cause, host, verdict } = suspect
    if (suspect.explainedBy.length > 0) return []
    const to = weighed(verdict.sure, expectedScopes(cause, host, subject), witnesses)
    return to === verdict.sure ? [] : [{ cause: cause.id, host, from: verdict.sure, to }]
  })
}

function weighed(sure: Sureness, expected: readonly Scope[], witnesses: readonly Cell[]): Sureness {
  const fits = expected.filter((scope) => against(scope, witnesses).length === 0)
  if (sure === 'possible' && fits.some((scope) => isBorneOut(scope, witnesses))) return 'likely'
  const isRefuted = expected.length > 0 && expected.every((scope) => refuters(scope, witnesses).length > 0)
  return sure === 'likely' && isRefuted ? 'possible' : sure
}

const refuters = (scope: Scope, witnesses: readonly Cell[]) =>
  witnesses.filter((w) => hits(scope, w) && w.status === 'works')

/** Of a port nobody else can tell whether it is broken; all else needs a witness for each variable. */
function isBorneOut(scope: Scope, witnesses: readonly Cell[]): boolean {
  const has = (status: Cell['status'], kind: Cell['kind']) =>
    witnesses.some((w) => w.status === status && w.kind === kind)
  switch (scope) {
    case 'port':
    case 'security groups':
      return false
    case 'network on host':
      return has('works', 'same network') && has('works', 'same host')
    case 'host':
      return has('broken', 'same host') && has('works', 'same network')
    case 'network':
      return has('broken', 'same network') && has('works', 'same host')
    case 'everything':
      return has('broken', 'same network') && has('broken', 'same host')
  }
}

/** What does not fit the causes that were found, or, where none was found, any single variable. */
export function contradictionsOf(causes: readonly Suspect[], cells: readonly Cell[], subject: Subject): readonly Say[] {
  const witnesses = witnessesOf(cells)
  const top = causes.find((c) => c.explainedBy.length === 0)
  if (!top) return []
  const expected = expectedScopes(top.cause, top.host, subject)
  const closest = expected.toSorted((a, b) => against(a, witnesses).length - against(b, witnesses).length)[0]
  return closest === undefined ? [] : against(closest, witnesses).map((w) => misfit(w, top))
}

const misfit = ({ vm, status, network, host }: Cell, { cause }: Suspect): Say =>
  status === 'works'
    ? say(
        `${vm} (${network} on ${host}) works, though ${cause.id} would stop it as well`,
        `${vm}（${host} 上的 ${network}）正常，而 ${cause.id} 本应连它一起影响`,
      )
    : say(
        `${vm} (${network} on ${host}) is broken as well, which ${cause.id} does not explain`,
        `${vm}（${host} 上的 ${network}）同样不通，${cause.id} 解释不了`,
      )

/** Where packets contradict what was read. They are the younger word, and a cell goes by them. */
export const disproven = (cells: readonly Cell[]): readonly Say[] =>
  cells.flatMap((cell) => {
    const { proven, status, vm, network, host } = cell
    if (proven?.passively === 'works' && proven.is === 'lost')
      return say(
        `${vm} (${network} on ${host}) was seen to work in the last minutes, and packets sent as it are lost`,
        `${vm}（${host} 上的 ${network}）几分钟内看到过是通的，但以它的身份发送的报文丢失`,
      )
    if (proven?.passively === 'broken' && proven.is === 'works' && status !== 'broken')
      return say(
        `${vm} (${network} on ${host}) is broken by what was read, and packets sent as it are answered`,
        `${vm}（${host} 上的 ${network}）按读到的状态是不通的，但以它的身份发送的报文得到了应答`,
      )
    return []
  })
