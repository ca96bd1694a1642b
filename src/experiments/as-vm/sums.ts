import type { Checksum } from '../../capture/decode/packet.ts'
import type { Sums } from '../../core/experiment.ts'
import type { Seen } from './frames.ts'

/** Of the DHCP replies that passed a place; nothing where the snap length hides what their sums cover. */
export function sumsOf(frames: readonly Seen[], { conversation, direction }: Pick<Seen, 'conversation' | 'direction'>) {
  if (conversation !== 'dhcp' || direction !== 'reply') return undefined
  const count = (...kinds: readonly Checksum[]) =>
    frames.filter(({ checksum }) => checksum !== undefined && kinds.includes(checksum)).length
  const sums: Sums = { good: count('good', 'none'), wrong: count('bad'), unfinished: count('offloaded') }
  return sums.good + sums.wrong + sums.unfinished > 0 ? sums : undefined
}
