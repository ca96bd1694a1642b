import type { Pings } from '../../core/pings.ts'
import type { Parsed } from '../../core/probe.ts'
import type { UnderlayTried, UnderlayWay } from '../../core/underlay-tried.ts'
import { oneLine } from '../evidence.ts'
import { labels } from '../labels.ts'
import { heading, type Pen } from '../pen.ts'
import { pad } from '../text.ts'

/** What passes between the ends of the tunnels, small and as large as the network needs. */
export function underlayPart({ ways, needed, mtu }: UnderlayTried, pen: Pen): readonly string[] {
  const title = pen.t(
    `pings between the tunnel addresses, and of ${needed} bytes (MTU ${mtu} and what the tunnel adds)`,
    `隧道地址之间互 ping，以及 ${needed} 字节的大包（网络 MTU ${mtu} 加隧道开销）`,
  )
  return [heading(pen, `${pen.tell(labels.proven)}${pen.colon}${title}`), ...ways.map((way) => rowOf(way, needed, pen))]
}

function rowOf({ host, peer, from, to, route, small, full }: UnderlayWay, needed: number, pen: Pen): string {
  const lost = route.ok && route.fact.is === 'none' ? [pen.t('no route', '没有路由')] : []
  const tried = [pen.t('small', '小包'), markOf(small, pen), String(needed), markOf(full, pen), ...lost]
  return `  ${pad(`${host} → ${peer}`, 22)} ${pad(`${from} > ${to}`, 30)} ${tried.join(' ')}`
}

function markOf(pings: Parsed<Pings>, { paint, tell, t }: Pen): string {
  if (!pings.ok) return `${paint.yellow('?')} ${oneLine(tell(pings.problem))}`
  const { sent, received, tooLongFor, roundTrip } = pings.fact
  if (received === sent)
    return `${paint.green('✔')}${roundTrip === undefined ? '' : ` ${(roundTrip / 1000).toFixed(2)} ms`} `
  const why = tooLongFor === undefined ? `${received}/${sent}` : t(`MTU ${tooLongFor}`, `MTU ${tooLongFor}`)
  return `${received === 0 ? paint.red('✖') : paint.yellow('?')} ${why} `
}
