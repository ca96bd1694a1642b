import type { Pings } from '../../core/pings.ts'
import type { Parsed } from '../../core/probe.ts'
import type { UnderlayTried, UnderlayWay } from '../../core/underlay-tried.ts'
import { oneLine } from '../evidence.ts'
import { heading, type Pen } from '../pen.ts'
import { wrap } from '../text.ts'

/** What passes between the ends of the tunnels, small and as large as the network needs. */
export function underlayPart({ ways, needed, mtu }: UnderlayTried, pen: Pen): readonly string[] {
  const title = pen.t(
    `Pings between the tunnel addresses: MTU ${mtu} of the network needs ${needed} bytes`,
    `隧道地址之间互 ping：网络 MTU ${mtu} 需要 ${needed} 字节`,
  )
  const rows = ways.flatMap((way) => wrap(rowOf(way, needed, pen), pen.width, '  '))
  return [...wrap(title, pen.width, '').map((line) => heading(pen, line)), ...rows]
}

function rowOf({ host, peer, route, small, full }: UnderlayWay, needed: number, pen: Pen): string {
  const tried = [`${pen.t('small', '小包')} ${markOf(small, pen)}`, `${needed} ${markOf(full, pen)}`]
  const noRoute = route.ok && route.fact.is === 'none' ? [pen.t('no route', '没有路由')] : []
  return [`${host} → ${peer}`, ...tried, ...noRoute].join('  ')
}

function markOf(pings: Parsed<Pings>, { paint, tell }: Pen): string {
  if (!pings.ok) return `${paint.yellow('?')} ${oneLine(tell(pings.problem))}`
  const { sent, received, tooLongFor, roundTrip } = pings.fact
  if (received === sent)
    return [paint.green('✔'), ...(roundTrip === undefined ? [] : [`${(roundTrip / 1000).toFixed(2)} ms`])].join(' ')
  const why = tooLongFor === undefined ? `${received}/${sent}` : `MTU ${tooLongFor}`
  return `${received === 0 ? paint.red('✖') : paint.yellow('?')} ${why}`
}
