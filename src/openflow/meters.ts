import { linesOf } from '../core/scan.ts'

/** What a meter lets through, in the words of `ovs-ofctl(8)`: `pktps type=drop rate=100`. */
export type Meters = ReadonlyMap<string, string>

/** Parses `ovs-ofctl -O OpenFlow13 dump-meters`: `meter=1 kbps bands=`, and a line for each band below it. */
export function parseMeters(text: string): Meters {
  const meters = new Map<string, string>()
  let id: string | undefined
  for (const line of linesOf(text)) {
    const head = /^\s*meter[=:](\w+)\s+(.*?)\s*bands=/.exec(line)
    if (head) meters.set((id = head[1] ?? ''), head[2] ?? '')
    else if (id !== undefined && /^\s*type=/.test(line)) meters.set(id, `${meters.get(id)}, ${line.trim()}`)
    else id = undefined
  }
  return meters
}

/** A meter by its number, with what it lets through where that is known. */
export function meterText(id: string, meters: Meters | undefined): string {
  const bands = meters?.get(id)
  return bands === undefined ? id : `${id}: ${bands}`
}
