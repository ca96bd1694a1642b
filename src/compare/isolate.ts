import { type Scope, scopes } from '../core/cause.ts'
import type { Cell, Isolated } from '../core/comparison.ts'

/** A cell that tells something: it works, or it is broken by what the VM may have as well. */
export const witnessesOf = (cells: readonly Cell[]): readonly Cell[] =>
  cells.filter((c) => c.kind !== 'this VM' && (c.status === 'works' || (c.status === 'broken' && c.alike)))

/** Whether a failure of this scope hits a VM. */
export function hits(scope: Scope, { kind, sameGroups }: Pick<Cell, 'kind' | 'sameGroups'>): boolean {
  const network = kind === 'same network' || kind === 'same network and host'
  const host = kind === 'same host' || kind === 'same network and host'
  switch (scope) {
    case 'port':
      return false
    case 'network on host':
      return network && host
    case 'host':
      return host
    case 'network':
      return network
    case 'security groups':
      return sameGroups
    case 'everything':
      return true
  }
}

/** Witnesses that would have to be otherwise if the failure had this scope. */
export const against = (scope: Scope, witnesses: readonly Cell[]): readonly Cell[] =>
  witnesses.filter((w) => hits(scope, w) !== (w.status === 'broken'))

/**
 * What one variable explains who works and who does not, of a VM that is not known to work. `expected`: the scopes that
 * the found cause can have; they settle what the matrix leaves open.
 */
export function isolate(cells: readonly Cell[], expected: readonly Scope[]): Isolated | undefined {
  const witnesses = witnessesOf(cells)
  if (witnesses.length === 0 || cells[0]?.status === 'works') return undefined
  const fitting = scopes.filter((scope) => against(scope, witnesses).length === 0 && isTold(scope, witnesses))
  const [only, second] = fitting
  if (only && !second) return { scopes: fitting, scope: only, settledBy: 'comparison' }
  const [chosen, other] = fitting.filter((scope) => expected.includes(scope))
  return chosen && !other ? { scopes: fitting, scope: chosen, settledBy: 'cause' } : { scopes: fitting }
}

/** Without another VM of these groups that is broken, the groups are only another word for the port. */
const isTold = (scope: Scope, witnesses: readonly Cell[]): boolean =>
  scope !== 'security groups' || witnesses.some((w) => w.sameGroups && w.status === 'broken')
