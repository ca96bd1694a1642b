import type { Language } from '../core/lang.ts'
import { type AskTheSwitch } from '../core/ask-the-switch.ts'
import { answeredAt, type Carrying } from './switch-asked.ts'

/** What the probes of our own ports have shown, as a detail of a cause. */
export interface Probed {
  readonly is: Carrying['is']
  readonly ways: readonly { readonly from: string; readonly to: string }[]
  readonly control?: Carrying['control']
  /** Hosts that the gateway answers, and those that it was seen not to answer. */
  readonly served: readonly string[]
  readonly unserved: readonly string[]
}

export function probedOf({ is, ways, control }: Carrying, { network }: AskTheSwitch): Probed {
  const hosts = network.from.map(({ host }) => host)
  const served = hosts.filter((host) => answeredAt(network, host))
  const unserved = network.from.filter((a) => a.answers.some((t) => t.is === 'gateway' && t.sight.state === 'not seen'))
  return {
    is,
    ways: ways.map(({ from, to }) => ({ from, to })),
    ...(control === undefined ? {} : { control }),
    served,
    unserved: unserved.map(({ host }) => host),
  }
}

/** How frames are on the wire. `vlan` is absent on a flat network. */
export function taggedWords(vlan: number | undefined, lang: Language): string {
  if (lang === 'en') return vlan === undefined ? 'without a tag' : `on VLAN ${vlan}`
  return vlan === undefined ? '不带 tag' : `带着 VLAN ${vlan}`
}

/** One sentence, of what was sent on `vlan`. */
export const probedWords = (probed: Probed, vlan: number | undefined, lang: Language): string =>
  lang === 'en' ? inEnglish(probed, vlan) : inChinese(probed, vlan)

function inEnglish({ is, ways, control, served, unserved }: Probed, vlan: number | undefined): string {
  const lost = ways.map(({ from, to }) => `${from} → ${to}`).join(', ')
  const passing = is === 'one way' ? ', though the other way passes' : ''
  const other = control
    ? `; VLAN ${control.vlan}, tried in the same way, ${control.passes ? 'passes' : 'is lost too'}`
    : ''
  const gateway = unserved.length > 0 ? `; the gateway answers ${gatewayWords(served, unserved)}` : ''
  return `ARP probes ${taggedWords(vlan, 'en')} are lost between the NICs (${lost})${passing}${other}${gateway}.`
}

const gatewayWords = (served: readonly string[], unserved: readonly string[]) =>
  served.length > 0 ? `${served.join(', ')} and not ${unserved.join(', ')}` : `neither: ${unserved.join(', ')}`

function inChinese({ is, ways, control, served, unserved }: Probed, vlan: number | undefined): string {
  const lost = ways.map(({ from, to }) => `${from} → ${to}`).join('、')
  const passing = is === 'one way' ? '，反方向是通的' : ''
  const other = control ? `；以同样方式探测 VLAN ${control.vlan}，${control.passes ? '是通的' : '也不通'}` : ''
  const answers = served.length > 0 ? `应答 ${served.join('、')}，` : ''
  const gateway = unserved.length > 0 ? `；网关${answers}不应答 ${unserved.join('、')}` : ''
  return `${taggedWords(vlan, 'zh')} 的 ARP probe 在两端网卡之间丢失（${lost}）${passing}${other}${gateway}。`
}
