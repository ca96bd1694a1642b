import type { Flow } from './flow.ts'

/** OFPVID_PRESENT: OpenFlow 1.2+ sets it in vlan_vid where a tag is there (OpenFlow 1.3.5, 7.2.3.7). */
const PRESENT = 0x1000

/** The VLAN that a flow matches: an ID, `'untagged'`, or `undefined` where it does not say. */
export function matchedVlan(flow: Flow): number | 'untagged' | undefined {
  const id = flow.match.get('dl_vlan')
  // Queens with of_interface=ovs-ofctl asked for 0xffff to mean "no tag".
  if (id === '0xffff' || id === '65535') return 'untagged'
  if (id !== undefined) return decimalOrHex(id)
  const tci = flow.match.get('vlan_tci')
  if (tci === undefined) return undefined
  const [value, mask] = tci.split('/')
  if (decimalOrHex(value) === 0) return 'untagged'
  const vid = decimalOrHex(value)
  return vid === undefined || (mask !== undefined && mask !== '0x1fff' && mask !== '0x0fff') ? undefined : vid & 0xfff
}

/**
 * The VLAN that a flow's frames carry after it: an ID, `'untagged'` where it strips the tag, `undefined` where it
 * leaves the tag alone. OpenFlow 1.0 prints `mod_vlan_vid:3933`, 1.3 `set_field:8029->vlan_vid`.
 */
export function rewrittenVlan(flow: Flow): number | 'untagged' | undefined {
  let vlan: number | 'untagged' | undefined
  for (const action of flow.actions) {
    const set = /^(?:mod_vlan_vid:(\d+)|set_field:(\w+)->vlan_vid)$/.exec(action)
    if (set?.[1]) vlan = Number(set[1])
    else if (set?.[2]) vlan = (decimalOrHex(set[2]) ?? 0) & ~PRESENT
    else if (action === 'strip_vlan' || action === 'pop_vlan') vlan = 'untagged'
  }
  return vlan
}

function decimalOrHex(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0x[0-9a-f]{1,8}|\d{1,9})$/i.test(text)) return undefined
  return Number(text)
}
