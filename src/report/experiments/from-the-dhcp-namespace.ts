import type { AskedServer, FromTheDhcpNamespace, InNamespace, Reached } from '../../core/from-the-dhcp-namespace.ts'
import type { Parsed } from '../../core/probe.ts'
import { oneLine } from '../evidence.ts'
import { heading, type Pen } from '../pen.ts'
import { pad, wrap } from '../text.ts'
import { milliseconds } from './as-the-vm.ts'

/** What the inside of each DHCP namespace shows. */
export function fromTheDhcpNamespacePart({ hosts }: FromTheDhcpNamespace, pen: Pen): readonly string[] {
  const title = pen.t(
    'From the DHCP namespaces: the server asked at its own port, ARP and ping from there',
    '从 DHCP namespace 内部：在 DHCP 端口上直接询问 dnsmasq，并从那里做 ARP 和 ping',
  )
  return [
    ...wrap(title, pen.width, '').map((line) => heading(pen, line)),
    ...hosts.flatMap((host) => rowsOf(host, pen)),
  ]
}

function rowsOf({ host, server, reached }: InNamespace, pen: Pen): readonly string[] {
  const own = wrap(`${pad(host, 10)} dnsmasq ${serverOf(server, pen)}`, pen.width, '  ')
  return [...own, ...reached.flatMap((r) => wrap(reachedOf(r, pen), pen.width, ' '.repeat(13)))]
}

function serverOf(server: Parsed<AskedServer>, { paint, t, tell }: Pen): string {
  if (!server.ok) return `${paint.yellow('?')} ${oneLine(tell(server.problem))}`
  const { is, ip, roundTrip } = server.fact
  switch (is) {
    case 'offered':
      return [paint.green('✔'), ip, ...(roundTrip === undefined ? [] : [milliseconds(roundTrip)])].join(' ')
    case 'silent':
      return `${paint.red('✖')} ${t('asked, no offer', '收到请求，没有应答')}`
    case 'not reached':
      return `${paint.red('✖')} ${t('the request did not come in', '请求没有进入 namespace')}`
  }
}

function reachedOf({ is, ip, arp, pings, full }: Reached, pen: Pen): string {
  const who = is === 'gateway' ? pen.t('gateway', '网关') : pen.t('VM', '虚拟机')
  // Unknown for the reason that stands above.
  const byArp = arp.ok ? markOf(arp.fact.mac !== undefined, pen) : pen.paint.yellow('?')
  const size = full?.ok ? [`${full.fact.size} ${pingMark(full, pen)}`] : []
  return [`${who} ${ip} ARP ${byArp} ping ${pingMark(pings, pen)}`, ...size].join(' ')
}

const pingMark = (pings: Reached['pings'], pen: Pen): string =>
  pings.ok ? markOf(pings.fact.received > 0, pen) : `${pen.paint.yellow('?')} ${oneLine(pen.tell(pings.problem))}`

/** Unanswered is no fault by itself: a gateway may not exist, a security group may refuse a ping. */
const markOf = (answered: boolean, { paint, t }: Pen): string =>
  answered ? paint.green('✔') : t('no answer', '无应答')
