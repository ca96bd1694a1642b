import { say } from '../core/lang.ts'
import { derived, fact, type Parsed } from '../core/probe.ts'
import { type Translation, translation } from '../probes/wiring/translation.ts'
import { distributed } from './distributed.ts'
import { nextTable } from './pipeline.ts'
import type { Form, Row } from './row.ts'

/** Between br-int and the provider bridge: local VLAN ⇄ segmentation ID (native/br_int.py, br_phys.py). */
export const providerRows = derived({
  id: 'expected-provider',
  needs: { translation, next: nextTable, distributed },
  derive({ translation: t, next, distributed: dvr }): Parsed<readonly Row[]> {
    const near = t.provider.integration?.name ?? 'br-int'
    const far = t.provider.name
    const drop: Form = { table: 0, priority: 2, match: `in_port=${t.intPort}`, actions: 'drop' }
    return fact([
      { bridge: near, form: inboundForm(t, next), why: whyIn },
      { bridge: near, form: drop, why: whyGuard },
      { bridge: far, form: outboundForm(t, dvr), why: whyOut },
      ...guards(t, dvr).map((form) => ({ bridge: far, form, why: whyGuard })),
      { bridge: far, form: all(0, 0, 'NORMAL'), why: whyIn },
    ])
  },
})

/** On br-int, for what the wire brings. */
export const inboundForm = ({ intPort, segment, local }: Translation, next: number): Form => ({
  table: 0,
  priority: 3,
  match: `in_port=${intPort},${segment === 'untagged' ? 'vlan_tci=0x0000/0x1fff' : `dl_vlan=${segment}`}`,
  actions: `mod_vlan_vid:${local.id},resubmit(,${next})`,
})

/** On the provider bridge, for what the VM sends. */
export const outboundForm = ({ phyPort, segment, local }: Translation, dvr: boolean): Form => ({
  table: dvr ? 2 : 0,
  priority: 4,
  match: `in_port=${phyPort},dl_vlan=${local.id}`,
  actions: `${segment === 'untagged' ? 'strip_vlan' : `mod_vlan_vid:${segment}`},NORMAL`,
})

function guards({ phyPort }: Translation, dvr: boolean): readonly Form[] {
  const phy = (table: number, actions: string): Form => ({ table, priority: 2, match: `in_port=${phyPort}`, actions })
  if (!dvr) return [phy(0, 'drop')]
  return [
    phy(0, 'resubmit(,1)'),
    all(0, 1, 'resubmit(,3)'),
    all(1, 0, 'resubmit(,2)'),
    phy(2, 'drop'),
    all(3, 1, 'NORMAL'),
  ]
}

const all = (table: number, priority: number, actions: string): Form => ({ table, priority, match: '', actions })

const whyIn = say('What the wire brings for the network would be lost.', '物理网络上发给该网络的报文会丢失。')
const whyOut = say('What the VM sends would not reach the wire.', '虚拟机发出的报文到不了物理网络。')
const whyGuard = say(
  'It keeps VLANs that are not translated from passing between the two bridges.',
  '它防止未经转换的 VLAN 在两个网桥之间互通。',
)
