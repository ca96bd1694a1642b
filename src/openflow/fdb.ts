import { type Origin, type Reading, reading } from '../core/answer.ts'
import { linesOf } from '../core/scan.ts'

/** An entry of a bridge's MAC table (`ovs-appctl fdb/show`). */
export interface Learned {
  /** ofport, or `LOCAL`. */
  readonly port: string
  readonly vlan: number
  readonly mac: string
  /** Seconds since a frame from this MAC was seen. */
  readonly age: number
  readonly source: Reading<string>
}

/** Parses `ovs-appctl fdb/show`: ` port  VLAN  MAC  Age`. */
export function parseFdb(text: string, origin: Origin): readonly Learned[] {
  return linesOf(text).flatMap((line) => {
    const row = /^\s*(\w+)\s+(\d+)\s+([0-9a-f]{2}(?::[0-9a-f]{2}){5})\s+(\d+|static)\s*$/.exec(line)
    if (!row) return []
    const [, port = '', vlan, mac = '', age] = row
    return [
      {
        port,
        vlan: Number(vlan),
        mac,
        age: age === 'static' ? 0 : Number(age),
        source: reading(line.trim(), line.trim(), origin),
      },
    ]
  })
}
