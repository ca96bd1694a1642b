import {
  type AskedFrom,
  type AskedVlan,
  type AskTheSwitch,
  type Sight,
  type Way,
  waysOf,
} from '../../core/ask-the-switch.ts'
import { say } from '../../core/lang.ts'
import { oneLine } from '../evidence.ts'
import { heading, type Pen } from '../pen.ts'
import { pad, wrap } from '../text.ts'
import { mark, milliseconds } from './as-the-vm.ts'

/** What the physical network did with the frames of ports of our own: who answered, and whose probes came in where. */
export function askTheSwitchPart({ network, control, method }: AskTheSwitch, pen: Pen): readonly string[] {
  const by = {
    port: say('by ARP probes of a temporary port', '用临时端口发送 ARP probe'),
    subinterface: say('by ARP probes of a VLAN sub-interface', '用 VLAN 子接口发送 ARP probe'),
  }[method]
  const title = pen.t(
    `The switch, asked for ${vlanWords(network, pen)}`,
    `探测交换机是否放行 ${vlanWords(network, pen)}`,
  )
  return [
    heading(pen, `${title}${pen.t(', ', '，')}${pen.tell(by)}`),
    ...network.from.flatMap((from) => rowsOf(from, network, pen)),
    ...(control ? controlLines(control, pen) : []),
  ]
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
