import type { Candidate, Kind, Passed } from '../core/comparison.ts'
import { type Say, say } from '../core/lang.ts'

export interface Chosen<C> {
  readonly candidate: C
  readonly kind: Kind
  readonly why: Say
}
export interface Choice<C> {
  readonly chosen: readonly Chosen<C>[]
  readonly passedOver: readonly Passed[]
}

/** Picks VMs that differ from `own` in one variable, at most `limit`, and says of all others why not. */
export function choose<C extends Candidate>(own: Candidate, all: readonly C[], limit: number): Choice<C> {
  const others = all
    .filter((c) => c.port !== own.port)
    .toSorted((a, b) => Number(isAlike(b, own)) - Number(isAlike(a, own)) || a.port.localeCompare(b.port))
  const judged = others.map((candidate) => ({ candidate, refusal: refusalOf(candidate, own) }))
  const fit = judged.filter((j) => j.refusal === undefined).map((j) => j.candidate)
  const chosen = picksOf(fit, own).slice(0, limit)
  const taken = new Set(chosen.map((c) => c.candidate.port))
  const surplus = fit.filter((c) => !taken.has(c.port)).map((candidate) => ({ candidate, refusal: enough }))
  return { chosen, passedOver: tally([...judged, ...surplus]) }
}

const enough = say('others say the same', '已有同类对照')

export const kindOf = (c: Pick<Candidate, 'networkId' | 'host'>, own: Pick<Candidate, 'networkId' | 'host'>): Kind => {
  const [network, host] = [c.networkId === own.networkId, c.host === own.host]
  if (network) return host ? 'same network and host' : 'same network'
  return host ? 'same host' : 'elsewhere'
}

/** Same security groups: then the firewall is no second variable. */
export const isAlike = (a: Pick<Candidate, 'groups'>, b: Pick<Candidate, 'groups'>): boolean =>
  a.groups.length > 0 && a.groups.join() === b.groups.join()

/** In the order of what each tells most: each variable once, then a second witness for host and for network. */
function picksOf<C extends Candidate>(fit: readonly C[], own: Candidate): readonly Chosen<C>[] {
  const of = (kind: Kind) => fit.filter((c) => kindOf(c, own) === kind)
  const [onHosts, onNetworks] = [apart(of('same network'), 'host'), apart(of('same host'), 'networkId')]
  const order: readonly (C | undefined)[] = [
    onHosts[0],
    onNetworks[0],
    of('same network and host')[0],
    of('elsewhere')[0],
    otherGroups(onHosts, own) ?? onHosts[1],
    otherGroups(onNetworks, own) ?? onNetworks[1],
  ]
  return order.flatMap((candidate) => (candidate ? [chosen(candidate, own)] : []))
}

/** One VM of each place: two of one place would say the same. */
function apart<C extends Candidate>(list: readonly C[], by: 'host' | 'networkId'): readonly C[] {
  const seen = new Set<string | undefined>()
  return list.filter((c) => !seen.has(c[by]) && seen.add(c[by]))
}

/** Not the first, which is taken. */
const otherGroups = <C extends Candidate>([, ...rest]: readonly C[], own: Candidate): C | undefined =>
  rest.find((c) => !isAlike(c, own))

function chosen<C extends Candidate>(candidate: C, own: Candidate): Chosen<C> {
  const kind = kindOf(candidate, own)
  const groups = isAlike(candidate, own)
    ? say('same security groups', '安全组相同')
    : say('other security groups', '安全组不同')
  const { en, zh } = differs[kind]
  return { candidate, kind, why: say(`${en}, ${groups.en}`, `${zh}，${groups.zh}`) }
}

const differs: Readonly<Record<Kind, Say>> = {
  'this VM': say('the VM itself', '虚拟机自己'),
  'same network and host': say('same network and host, another port', '同网络、同主机，只换端口'),
  'same network': say('same network on another host', '同网络，换主机'),
  'same host': say('another network on the same host', '同主机，换网络'),
  elsewhere: say('another network on another host', '网络和主机都不同'),
}

/** Why a VM cannot be a control: it is not running, or it differs in more than network, host and port. */
function refusalOf(c: Candidate, own: Candidate): Say | undefined {
  if (c.host === undefined) return say('Neutron does not say where it runs', 'Neutron 没有返回所在主机')
  if (!c.adminUp) return say('its port is switched off (admin_state_up)', '端口被管理性关闭（admin_state_up）')
  if (c.server === '') return say('Nova does not know it', 'Nova 中没有这台虚拟机')
  if (c.server !== undefined && c.server !== 'ACTIVE')
    return say(`Nova says that it does not run (${c.server})`, `Nova 显示它没有运行（${c.server}）`)
  if (c.server === undefined && !c.active)
    return say(
      'its port is DOWN, and Nova cannot tell whether it runs',
      '端口状态是 DOWN，又无法向 Nova 确认它是否在运行',
    )
  if (c.vnicType !== 'normal') return say(`its port is ${c.vnicType}`, `端口类型是 ${c.vnicType}`)
  if (c.portSecurity !== own.portSecurity)
    return c.portSecurity
      ? say('it has port security, and this VM has not', '它开启了端口安全，本虚拟机没有')
      : say('it has port security off', '它关闭了端口安全')
  return samePath(c, own)
    ? undefined
    : say(
        'its frames leave the host by another way (physical network or tunnel)',
        '它的报文走另一条出口（物理网络或隧道不同）',
      )
}

/** VLANs of one physical network share NIC and switch port; tunnels share the underlay. */
function samePath(a: Candidate, b: Candidate): boolean {
  if (a.networkId === b.networkId) return true
  if (!a.segment || !b.segment) return false
  const { physicalNetwork } = a.segment
  if (physicalNetwork !== b.segment.physicalNetwork) return false
  return physicalNetwork !== undefined || a.segment.type === b.segment.type
}

function tally(
  all: readonly { readonly candidate: Candidate; readonly refusal: Say | undefined }[],
): readonly Passed[] {
  const byReason = new Map<string, Passed>()
  for (const { candidate, refusal } of all) {
    if (!refusal) continue
    const known = byReason.get(refusal.en) ?? { why: refusal, count: 0, example: candidate.name }
    byReason.set(refusal.en, { ...known, count: known.count + 1 })
  }
  return [...byReason.values()]
}
