import { linesOf } from '../core/scan.ts'
import { compile } from './actions/parse.ts'
import type { Bucket, Group } from './bridge.ts'
import { type PortNumbers, portNumber, RESERVED_PORTS } from './ports.ts'

const TYPES: Readonly<Record<string, Group['type']>> = {
  all: 'all',
  indirect: 'indirect',
  select: 'select',
  ff: 'fast_failover',
  fast_failover: 'fast_failover',
}

/** Parses `ovs-ofctl dump-groups`: ` group_id=1,type=all,bucket=bucket_id:0,actions=output:1,bucket=…`. */
export function parseGroups(text: string, ports: PortNumbers = new Map()): ReadonlyMap<number, Group> {
  const groups = new Map<number, Group>()
  for (const line of linesOf(text)) {
    const [head = '', ...buckets] = line.split(/,bucket=/)
    const id = /group_id=(\d+)/.exec(head)?.[1]
    const type = TYPES[/type=(\w+)/.exec(head)?.[1] ?? '']
    if (id === undefined || !type) continue
    groups.set(Number(id), { id: Number(id), type, buckets: buckets.map((bucket, i) => toBucket(bucket, i, ports)) })
  }
  return groups
}

function toBucket(text: string, place: number, ports: PortNumbers): Bucket {
  const at = text.indexOf('actions=')
  const head = at < 0 ? text : text.slice(0, at)
  const word = (key: string) => new RegExp(`${key}:"?([^,"]+)`).exec(head)?.[1]
  const watched = word('watch_port')
  const port = watched === undefined ? undefined : portNumber(watched, ports)
  const group = word('watch_group')
  return {
    id: Number(word('bucket_id') ?? place),
    actions: at < 0 ? [] : compile(text.slice(at + 'actions='.length), ports),
    ...(port === undefined || port === RESERVED_PORTS['ANY'] ? {} : { watchPort: port }),
    ...(group === undefined ? {} : { watchGroup: Number(group) }),
  }
}
