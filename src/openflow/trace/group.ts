import type { Bucket, Group } from '../bridge.ts'
import { copyOf } from '../packet.ts'
import { ordered } from './action-set.ts'
import { doubt, end, inside, type State } from './state.ts'
import type { Step } from './step.ts'
import { execute } from './translate.ts'

/** False where there is no such group: the rest of the list is not done. */
export function executeGroup(state: State, id: number): boolean {
  const group = state.bridge.groups?.get(id)
  if (!group && !state.bridge.groups) doubt(state, 'groups-unknown', String(id))
  if (!group) {
    end(state, 'no-such-group', String(id))
    return false
  }
  const step: Step = { kind: 'group', id, steps: [] }
  state.steps.push(step)
  inside(state, step.steps, () => {
    for (const bucket of chosen(state, group)) executeBucket(state, bucket)
  })
  return true
}

function chosen(state: State, group: Group): readonly Bucket[] {
  if (group.type === 'all' || group.type === 'indirect') return group.buckets
  const live = group.buckets.filter((bucket) => isLive(state, bucket, 0))
  if (live.length === 0) end(state, 'no-live-bucket', String(group.id))
  // Which bucket a hash picks is the datapath's secret.
  if (group.type === 'select' && live.length > 1) doubt(state, 'hash-decides', String(group.id))
  return live.slice(0, 1)
}

const MAX_RECURSION = 128

function isLive(state: State, { watchPort, watchGroup }: Bucket, depth: number): boolean {
  if (depth >= MAX_RECURSION) return false
  if (watchPort === undefined && watchGroup === undefined) return true
  if (watchPort !== undefined && state.bridge.ports.get(watchPort)?.live) return true
  const watched = watchGroup === undefined ? undefined : state.bridge.groups?.get(watchGroup)
  return watched?.buckets.some((bucket) => isLive(state, bucket, depth + 1)) ?? false
}

/** Each bucket is a set of actions for a copy of the packet. */
function executeBucket(state: State, bucket: Bucket): void {
  const { packet } = state
  state.packet = copyOf(packet)
  state.depth++
  execute(state, ordered(bucket.actions))
  state.depth--
  state.packet = packet
  state.exit = false
}
