import { type AskedFrom, type AskedVlan, type AskTheSwitch, type Sight } from '../core/ask-the-switch.ts'
import type { Diagnosis } from '../core/diagnosis.ts'
import { lostAsVm } from '../core/experiment.ts'
import { gapWords } from './experiments/as-the-vm.ts'
import { vlanWords } from './experiments/ask-the-switch.ts'
import { oneLine } from './evidence.ts'
import { heading, type Pen } from './pen.ts'
import { wrap } from './text.ts'

/** A switch port, as the network team finds it. What could not be read is absent. */
interface SwitchPort {
  readonly host: string
  readonly nic: string
  readonly mac?: string
  /** By LLDP. */
  readonly neighbour?: string
  /** It is most likely this one. */
  readonly suspect: boolean
}
/** What to ask the network team, and the proof to attach. */
export interface NetworkTeam {
  readonly vlan?: number
  readonly ports: readonly SwitchPort[]
  readonly sent: readonly string[]
  readonly seen: readonly string[]
  readonly notSeen: readonly string[]
}

/** Nothing where the physical network is not what is wrong, or nobody has asked it. */
export function networkTeamOf(d: Diagnosis, pen: Pen): NetworkTeam | undefined {
  const asked = d.experiments.find((e) => e.id === 'ask-the-switch')
  const top = d.causes[0]
  if (!asked || top?.cause.stops.station !== 'switch') return undefined
  const { suspect, to } = (top.verdict.detail ?? {}) as { readonly suspect?: string; readonly to?: string }
  const { network } = asked
  return {
    ...(network.vlan === undefined ? {} : { vlan: network.vlan }),
    ports: network.from.flatMap(({ host, nics }) =>
      nics.map(({ name, ...nic }) => ({ host, nic: name, ...nic, suspect: host === (suspect ?? to) })),
    ),
    ...proofOf(asked, pen),
    notSeen: [...lostAsVm(d.experiments).map((gap) => gapWords(gap, pen)), ...proofOf(asked, pen).notSeen],
  }
}

function proofOf({ network, control }: AskTheSwitch, pen: Pen): Pick<NetworkTeam, 'sent' | 'seen' | 'notSeen'> {
  const vlans = [network, ...(control ? [control] : [])]
  const incoming = vlans.flatMap((vlan) => vlan.from.flatMap((from) => incomingAt(from, vlan, pen)))
  return {
    sent: vlans.flatMap((vlan) => vlan.from.flatMap((from) => sentFrom(from, vlan, pen))),
    seen: incoming.filter(({ sight }) => sight.state === 'seen').map(({ words }) => words),
    notSeen: incoming.filter(({ sight }) => sight.state === 'not seen').map(({ words }) => words),
  }
}

function sentFrom({ host, nics, mac, left }: AskedFrom, vlan: AskedVlan, pen: Pen): readonly string[] {
  if (left.state !== 'seen') return []
  const nic = nics.map(({ name }) => name).join('/')
  const at = clockOf(left)
  return [
    pen.t(
      `${host}: ${left.count} ARP probes by ${nic}, ${vlanWords(vlan, pen)}, from MAC ${mac}, the first at ${at}`,
      `${host}：${left.count} 个 ARP probe 从 ${nic} 发出，${vlanWords(vlan, pen)}，源 MAC ${mac}，第一个在 ${at}`,
    ),
  ]
}

/** What came in on a host, or should have. */
function incomingAt({ host, nics, answers, heard }: AskedFrom, vlan: AskedVlan, pen: Pen) {
  const at = `${host} ${nics.map(({ name }) => name).join('/')}`
  const tag = (sight: Sight) =>
    sight.state === 'seen' ? { ...(sight.vlan === undefined ? {} : { vlan: sight.vlan }) } : vlan
  return [
    ...heard.map(({ from, sight }) => ({
      sight,
      words: pen.t(
        `${at}: the probes of ${from}, ${vlanWords({ ...tag(sight), from: [] }, pen)}`,
        `${at}：${from} 的探测报文，${vlanWords({ ...tag(sight), from: [] }, pen)}`,
      ),
    })),
    ...answers.map(({ ip, sight }) => ({
      sight,
      words: pen.t(
        `${at}: answers of ${ip}, ${vlanWords({ ...tag(sight), from: [] }, pen)}`,
        `${at}：${ip} 的应答，${vlanWords({ ...tag(sight), from: [] }, pen)}`,
      ),
    })),
  ]
}

/** UTC. */
const clockOf = ({ because }: Sight): string => /^\S+/.exec(because[0]?.line ?? '')?.[0] ?? ''

export function networkTeamPart(d: Diagnosis, pen: Pen): readonly string[] {
  const team = networkTeamOf(d, pen)
  if (!team) return []
  const unknown = pen.t('not known', '未知')
  const ports = team.ports.map(({ host, nic, mac, neighbour, suspect }) => {
    const about = [`${host} ${nic}`, `MAC ${mac ?? unknown}`, `LLDP ${neighbour ?? unknown}`]
    return about.join('  ') + (suspect ? pen.t('  ← most likely this port', '  ← 最可能是这个端口') : '')
  })
  const rows = [
    ...ports,
    ...labelled(pen.t('sent', '已发送'), team.sent, pen),
    ...labelled(pen.t('seen', '收到'), team.seen, pen),
    ...labelled(pen.t('not seen', '没有收到'), team.notSeen, pen),
  ]
  const title = pen.t(
    'For the network team (the switch ports, and the proof)',
    '提供给网络组的信息（交换机端口和证据）',
  )
  return [heading(pen, title), ...rows.flatMap((row) => wrap(oneLine(row), pen.width, '  '))]
}

const labelled = (label: string, lines: readonly string[], { colon }: Pen) =>
  lines.map((line) => `${label}${colon}${line}`)
