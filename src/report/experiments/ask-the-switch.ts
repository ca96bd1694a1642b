import {
  type AskedFrom,
  type AskedVlan,
  type AskTheSwitch,
  type Sight,
  type Way,
  waysOf,
} from '../../core/ask-the-switch.ts'
import { oneLine } from '../evidence.ts'
import { heading, type Pen } from '../pen.ts'
import { pad, wrap } from '../text.ts'
import { mark, milliseconds } from './as-the-vm.ts'

/** What the physical network did with the frames of ports of our own: who answered, and whose probes came in where. */
export function askTheSwitchPart({ network, control }: AskTheSwitch, pen: Pen): readonly string[] {
  const by = methodsOf(network, pen)
  const title = pen.t(
    `The switch, asked for ${vlanWords(network, pen)}, by ARP probes of ${by}`,
    `探测交换机是否放行 ${vlanWords(network, pen)}，${by}发送 ARP probe`,
  )
  return [
    ...wrap(title, pen.width, '').map((line) => heading(pen, line)),
    ...network.from.flatMap((from) => rowsOf(from, network, pen)),
    ...(control ? controlLines(control, pen) : []),
    ...network.from.flatMap((from) => otherWay(from, network, pen)),
  ]
}

/** Who has not thought of the other method is told of it where it would show more: a bridge without flows drops the probes. */
function otherWay({ host, method, nics: [nic], left }: AskedFrom, { vlan }: AskedVlan, pen: Pen): readonly string[] {
  if (method !== 'port' || left.state !== 'not seen' || vlan === undefined || !nic) return []
  const how = `--method subinterface --nic ${host}:${nic.name}`
  const text = pen.t(
    `The bridge of ${host} lets no probe out; to ask by its NIC itself: ${how}`,
    `${host} 的网桥没有放出探测报文；要直接从网卡探测：${how}`,
  )
  return wrap(text, pen.width, '  ')
}

/** A sub-interface is the exception: where all are asked by a port, no host is named. */
function methodsOf({ from }: AskedVlan, pen: Pen): string {
  const hosts = from.filter(({ method }) => method === 'subinterface').map(({ host }) => host)
  const port = pen.t('a temporary port', '用临时端口')
  if (hosts.length === 0) return port
  const list = hosts.join(pen.t(', ', '、'))
  const sub = pen.t(`a VLAN sub-interface on ${list}`, `${list} 用 VLAN 子接口`)
  return hosts.length === from.length ? sub : `${sub}${pen.t(' and ', '、其他主机')}${port}${pen.t(' elsewhere', '')}`
}

export const vlanWords = ({ vlan }: AskedVlan, pen: Pen): string =>
  vlan === undefined ? pen.t('untagged frames', '不带 tag 的报文') : `VLAN ${vlan}`

function rowsOf({ host, nics, left, answers, heard }: AskedFrom, { vlan }: AskedVlan, pen: Pen): readonly string[] {
  const name = nics.map((nic) => nic.name).join(' ')
  const rows = [
    { sight: left, what: pen.t(`probes leave by ${name}`, `探测报文从 ${name} 发出`) },
    ...answers.map(({ ip, is, host: at, sight }) => ({
      sight,
      what:
        is === 'gateway'
          ? pen.t(`${ip} (gateway) answers`, `${ip}（网关）应答`)
          : pen.t(`${ip} (DHCP port on ${at}) answers`, `${ip}（${at} 的 DHCP 端口）应答`),
    })),
    ...heard.map(({ from, sight }) => ({
      sight,
      what: pen.t(`probes of ${from} come in`, `收到 ${from} 的探测报文`),
    })),
  ]
  return rows.map(({ sight, what }, i) => {
    const note = noteOf(sight, vlan, pen)
    return `  ${pad(i === 0 ? host : '', 10)} ${mark(sight, pen)} ${what}${note === '' ? '' : `  ${note}`}`
  })
}

function noteOf({ state, vlan, roundTrip, why }: Sight, wanted: number | undefined, pen: Pen): string {
  if (state === 'unknown') return why ? oneLine(pen.tell(why)) : ''
  if (state === 'not seen') return ''
  const wrong =
    vlan === wanted
      ? []
      : [vlan === undefined ? pen.t('without a tag', '不带 tag') : pen.t(`in VLAN ${vlan}`, `落在 VLAN ${vlan}`)]
  return [...wrong, ...(roundTrip === undefined ? [] : [milliseconds(roundTrip)])].join('  ')
}

function controlLines(control: AskedVlan, pen: Pen): readonly string[] {
  const ways = waysOf(control).map((way) => `${way.from} → ${way.to} ${wayMark(way, pen)}`)
  if (ways.length === 0) return []
  const text = pen.t(
    `VLAN ${control.vlan}, asked in the same way: ${ways.join('   ')}`,
    `VLAN ${control.vlan}，以同样方式探测：${ways.join('   ')}`,
  )
  return wrap(text, pen.width, '  ')
}

const wayMark = ({ is }: Way, pen: Pen) =>
  mark({ state: is === 'carried' ? 'seen' : is === 'unknown' ? 'unknown' : 'not seen' }, pen)
